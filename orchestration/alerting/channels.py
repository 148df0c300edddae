"""Where alerts go: a webhook, Slack, e-mail. Addresses and passwords stay out of every message."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from orchestration.errors import unusable

WEBHOOK = "LEAD_SCORING_ALERT_WEBHOOK"
SLACK = "LEAD_SCORING_ALERT_SLACK"
EMAIL_TO = "LEAD_SCORING_ALERT_EMAIL_TO"
EMAIL_FROM = "LEAD_SCORING_ALERT_EMAIL_FROM"
SMTP = "LEAD_SCORING_ALERT_SMTP"
SMTP_STARTTLS = "LEAD_SCORING_ALERT_SMTP_STARTTLS"
SMTP_USER = "LEAD_SCORING_ALERT_SMTP_USER"
SMTP_PASSWORD = "LEAD_SCORING_ALERT_SMTP_PASSWORD"

TRIES = 3
FIRST_WAIT_SECONDS = 1.0
TIMEOUT_SECONDS = 10.0

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_ADDRESS = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")


@dataclass(frozen=True)
class Message:
    """What a channel is given. `event` is opened, closed or test; times are ISO 8601 in UTC."""

    event: str
    incident: str
    title: str
    text: str
    since: str
    at: str

    @property
    def headline(self) -> str:
        """The title, with what happened to the incident."""
        return {"opened": "", "closed": "Over: ", "test": "Test: "}[self.event] + self.title


class NotDelivered(Exception):
    """A channel did not take a message. `may_pass` when the same may work a little later."""

    def __init__(self, why: str, may_pass: bool) -> None:
        self.may_pass = may_pass
        super().__init__(why)


class Channel(Protocol):
    """One place that takes messages."""

    @property
    def name(self) -> str:
        """The word for it in the state and in messages."""
        ...

    def send(self, message: Message) -> str:
        """Try once; return who was left out, empty for nobody. Raises NotDelivered."""
        ...


@dataclass(frozen=True)
class Webhook:
    """A POST of the message as JSON."""

    url: str = field(repr=False)
    name: str = "webhook"

    def send(self, message: Message) -> str:
        """Post every field of the message."""
        return _post(self.url, {**vars(message), "headline": message.headline})


@dataclass(frozen=True)
class Slack:
    """Slack's incoming webhook."""

    url: str = field(repr=False)
    name: str = "slack"

    def send(self, message: Message) -> str:
        """Post the text; what Slack would read as a link or a mention is escaped."""
        text = f"{message.headline}\n{message.text}".strip()
        for sign, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
            text = text.replace(sign, escaped)
        return _post(self.url, {"text": text, "mrkdwn": False})


@dataclass(frozen=True)
class Email:
    """A plain text mail over SMTP."""

    to: tuple[str, ...]
    sender: str
    host: str
    port: int
    starttls: bool = False
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    name: str = "email"

    def send(self, message: Message) -> str:
        """Send one mail to all addresses; server replies are told by their number only.

        An address that is refused while another one is not gets nothing: sending again would tell
        the others twice.
        """
        import smtplib
        import ssl
        from email.message import EmailMessage

        mail = EmailMessage()
        mail["Subject"] = f"Lead scoring: {message.headline}"
        mail["From"] = self.sender
        mail["To"] = ", ".join(self.to)
        mail.set_content(f"{message.text}\n\nSince {message.since}; told at {message.at}.\n")
        try:
            with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS) as server:
                if self.starttls:
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password)
                return self._left_out(server.send_message(mail))
        except smtplib.SMTPRecipientsRefused as error:
            may_pass = all(400 <= code < 500 for code, _ in error.recipients.values())
            raise NotDelivered(self._left_out(error.recipients), may_pass) from None
        except smtplib.SMTPResponseException as error:
            why = f"the mail server answered {error.smtp_code}"
            raise NotDelivered(why, may_pass=400 <= error.smtp_code < 500) from None
        except (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError) as error:
            raise NotDelivered(_unreached("mail server", error), may_pass=True) from None
        except (OSError, ValueError) as error:
            raise NotDelivered(_unreached("mail server", error), may_pass=False) from None

    def _left_out(self, refused: Mapping[str, tuple[int, bytes]]) -> str:
        """Which addresses were refused: where they stand, their domain, and the reply's number."""
        said = [
            f"address {place} of {EMAIL_TO} (…@{address.partition('@')[2]}): {refused[address][0]}"
            for place, address in enumerate(self.to, start=1)
            if address in refused
        ]
        return f"the mail server refused {', '.join(said)}" if said else ""


def from_environment(environ: Mapping[str, str] = os.environ) -> list[Channel]:
    """Read the variables; none of them, no channel. Raises ConfigurationError, without values."""
    channels: list[Channel] = []
    if url := _url(environ, WEBHOOK):
        channels.append(Webhook(url))
    if url := _url(environ, SLACK):
        channels.append(Slack(url))
    if to := environ.get(EMAIL_TO, "").strip():
        channels.append(_email(to, environ))
    return channels


def secrets(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return the values that no message may repeat."""
    names = (WEBHOOK, SLACK, SMTP_PASSWORD, "LEAD_SCORING_POSTGRES")
    return [value for name in names if (value := environ.get(name, "").strip())]


def deliver(channel: Channel, message: Message) -> str:
    """Send a message, again while that may help; return who was left out, empty for nobody.

    Raises NotDelivered with the last reason.
    """
    from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

    tries = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, NotDelivered) and error.may_pass),
        stop=stop_after_attempt(TRIES),
        wait=wait_exponential(FIRST_WAIT_SECONDS),
        reraise=True,
    )
    return tries(channel.send, message)


def _post(url: str, body: dict[str, Any]) -> str:
    import httpx

    # It logs addresses of requests, and those of webhooks are secrets.
    for logger in ("httpx", "httpcore"):
        logging.getLogger(logger).setLevel(logging.WARNING)
    try:
        # The answer's body is of no use here, and reading it could take for ever.
        with httpx.stream("POST", url, json=body, timeout=TIMEOUT_SECONDS) as answer:
            status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotDelivered(_unreached("server", error), may_pass=True) from None
    if not 200 <= status < 300:
        raise NotDelivered(f"the server answered {status}", status == 429 or status >= 500)
    return ""


def _unreached(what: str, error: Exception) -> str:
    return f"the {what} could not be used ({type(error).__name__})"


def _url(environ: Mapping[str, str], variable: str) -> str:
    url = environ.get(variable, "").strip()
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and url.isprintable()
    except ValueError:
        is_usable = False
    if url and not is_usable:
        raise unusable(variable, "it is no address of a server", "Write https://…")
    return url


def _email(to: str, environ: Mapping[str, str]) -> Email:
    sender = environ.get(EMAIL_FROM, "").strip() or "lead-scoring@localhost"
    addresses = tuple(part.strip() for part in to.split(","))
    for variable, found in ((EMAIL_TO, addresses), (EMAIL_FROM, (sender,))):
        if not all(_ADDRESS.fullmatch(one) and one.isprintable() for one in found):
            raise unusable(variable, "it is no list of addresses", "Write ops@example.com, say")
    try:
        server = urlsplit("//" + (environ.get(SMTP, "").strip() or "localhost:25"))
        host, port = server.hostname or "", server.port or 25
    except ValueError:
        host, port = "", 0
    if not host or "@" in server.netloc:
        raise unusable(SMTP, "it is no mail server", "Write mail.example.com:587, say")
    starttls = (environ.get(SMTP_STARTTLS) or "no").strip().lower()
    if starttls not in ("yes", "no"):
        raise unusable(SMTP_STARTTLS, "it is neither yes nor no", "Write yes or no")
    user, password = environ.get(SMTP_USER, "").strip(), environ.get(SMTP_PASSWORD, "")
    if user and starttls == "no" and host not in _LOOPBACK:
        raise unusable(SMTP_STARTTLS, "a password would travel in the clear", "Write yes")
    return Email(addresses, sender, host, port, starttls == "yes", user, password)
