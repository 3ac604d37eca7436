"""What callers are told when something is wrong, in Stripe's shape (https://docs.stripe.com/api/errors)."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A refusal with its HTTP status and the body that goes with it."""

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        decline_code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
        self.code = code
        self.param = param
        self.decline_code = decline_code

    def body(self) -> dict[str, Any]:
        told: dict[str, Any] = {"message": self.message, "type": self.kind}
        for name in ("code", "param", "decline_code"):
            value = getattr(self, name)
            if value is not None:
                told[name] = value
        return {"error": told}


def invalid(message: str, *, param: str | None = None, code: str | None = None, status: int = 400) -> ApiError:
    return ApiError(status, "invalid_request_error", message, code=code, param=param)


def missing(kind: str, wanted: str, param: str = "id") -> ApiError:
    return invalid(f"No such {kind}: '{wanted}'", param=param, code="resource_missing", status=404)


def unknown_parameter(name: str) -> ApiError:
    return invalid(f"Received unknown parameter: {name}", param=name, code="parameter_unknown")


def missing_parameter(name: str) -> ApiError:
    return invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")


def unauthorized() -> ApiError:
    return ApiError(401, "invalid_request_error", "Invalid API Key provided.")


def declined() -> ApiError:
    return ApiError(402, "card_error", "Your card was declined.", code="card_declined", decline_code="generic_decline")


def rate_limited() -> ApiError:
    return ApiError(429, "invalid_request_error", "Request rate limit exceeded.", code="rate_limit")


def server_fault() -> ApiError:
    return ApiError(500, "api_error", "Something went wrong on our end. Please try again.")


def key_reused() -> ApiError:
    return ApiError(
        400,
        "idempotency_error",
        "Keys for idempotent requests can only be used with the same parameters they were first used with.",
    )


def key_in_use() -> ApiError:
    return ApiError(
        409,
        "idempotency_error",
        "There is currently another in-progress request using this Idempotent Key.",
        code="idempotency_key_in_use",
    )
