"""The words for how it stands with a membership or a payment, in the exports of known makers and in plain tables."""

from __future__ import annotations

from collections.abc import Mapping

RUNS, TRIAL, LEAVES, ENDS, LATE, FREE = "runs", "trial", "leaves", "ends", "late", "free"

STATUSES: Mapping[str, str] = {
    **dict.fromkeys(
        [
            "active",
            "activepatron",
            "paying",
            "paid",
            "current",
            "yes",
            "true",
            "1",
            "on",
            "aktiv",
            "ja",
            "guest",
            "gifted",
        ],
        RUNS,
    ),
    **dict.fromkeys(["notrenewing", "expiring", "cancelling", "canceling", "nonrenewing", "activecancelled"], RUNS),
    **dict.fromkeys(["trial", "trialing", "trialling", "intrial", "freetrial", "probe"], TRIAL),
    **dict.fromkeys(["cancelled", "canceled", "formerpatron", "gekündigt"], LEAVES),
    **dict.fromkeys(["ended", "expired", "former", "inactive", "terminated", "beendet", "deleted"], ENDS),
    **dict.fromkeys(["no", "false", "0", "off", "nein"], ENDS),
    **dict.fromkeys(["declined", "declinedpatron", "pastdue", "unpaid", "overdue"], LATE),
    **dict.fromkeys(["free", "follower", "none", "never", "comped", "complimentary", "pending", "notstarted"], FREE),
}
PAID_STATUSES = frozenset(
    ["succeeded", "success", "paid", "completed", "complete", "captured", "received", "settled", "booked", "ok"]
) | {""}
FAILED_STATUSES = frozenset(
    ["failed", "pending", "canceled", "cancelled", "refunded", "open", "declined", "promised", "unpaid"]
)
