"""One message by SMTP: either it was sent, or it certainly was not, or nobody knows."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from campaign.domain.errors import CampaignTrackerError

TIMEOUT_SECONDS = 20
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class NotSaid(CampaignTrackerError):
    """It certainly did not arrive. `is_final`: trying again would not help."""

    def __init__(self, words: str, *, is_final: bool) -> None:
        super().__init__(words)
        self.is_final = is_final


class PerhapsSaid(CampaignTrackerError):
    """The connection ended after the message was given away and before its receipt was acknowledged."""


@dataclass(frozen=True, slots=True)
class Server:
    """The mail server of SMTP_URL."""

    host: str
    port: int
    name: str
    password: str
    begins_with_tls: bool

    @classmethod
    def of(cls, smtp_url: str) -> Server:
        """`smtp://name:password@host:587` or `smtps://…:465`."""
        parts = urlsplit(smtp_url)
        with_tls = parts.scheme == "smtps"
        port = parts.port or (465 if with_tls else 587)
        return cls(parts.hostname or "", port, unquote(parts.username or ""), unquote(parts.password or ""), with_tls)


def send(smtp_url: str, message: EmailMessage) -> None:
    """The server has accepted the message. Raises NotSaid, PerhapsSaid; neither's words hold an address."""
    try:
        connection = _connect(Server.of(smtp_url))
    except smtplib.SMTPAuthenticationError as error:
        raise NotSaid("the mail server refuses name or password (SMTP_URL)", is_final=False) from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotSaid(f"the mail server can't be reached: {type(error).__name__}", is_final=False) from error
    try:
        _hand_over(connection, message)
    finally:
        with suppress(smtplib.SMTPException, OSError):
            connection.quit()


def _connect(server: Server) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if server.begins_with_tls:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=trusted)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.ehlo()
        if not server.begins_with_tls and (connection.has_extn("starttls") or server.host not in _LOOPBACK):
            connection.starttls(context=trusted)  # raises where the server can't: nothing goes over the net in the open
            connection.ehlo()
        if server.name:
            connection.login(server.name, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _hand_over(connection: smtplib.SMTP, message: EmailMessage) -> None:
    sender, receiver = (parseaddr(str(message[name]))[1] for name in ("From", "To"))
    options: list[str] = []
    if not receiver.isascii():
        if not connection.has_extn("smtputf8"):
            raise NotSaid("the mail server takes no address with letters beyond ASCII", is_final=True)
        options = ["SMTPUTF8"]
    try:
        _expect(connection.mail(sender, options), "the sender")
        _expect(connection.rcpt(receiver), "the receiver")
    except (smtplib.SMTPException, OSError) as error:
        raise NotSaid(f"the mail server hung up: {type(error).__name__}", is_final=False) from error
    try:
        answer = connection.data(message.as_bytes(policy=message.policy.clone(linesep="\r\n")))
    except smtplib.SMTPDataError as error:
        answer = (error.smtp_code, b"")
    except (smtplib.SMTPException, OSError) as error:
        raise PerhapsSaid(
            f"the mail server hung up ({type(error).__name__}) before it said whether it has the message"
        ) from error
    _expect(answer, "the message")


def _expect(answer: tuple[int, bytes], what: str) -> None:
    """Raises NotSaid unless the server agrees. What it says is not repeated: it often repeats the address."""
    code = answer[0]
    if not 200 <= code < 300:
        raise NotSaid(f"the mail server refuses {what} (code {code})", is_final=code >= 500)
