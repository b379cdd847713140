"""Post one message once: to the address that was checked, no further, and not for long."""

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from typing_extensions import override

from api.webhooks.addresses import Resolve, reachable, resolved
from api.webhooks.messages import Message
from logistics.domain.webhooks import WebhookForm, WebhookUrlInvalid, check_url
from logistics.errors import SupplyLoopError

TIMEOUT_S: Final = 10.0
"""Of a whole try: connecting, sending and reading the answer."""

ANSWER_BYTES: Final = 16_384
"""What is read of an answer; its text is looked at only for a robot's error code."""

_GONE: Final = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one try; ``why`` is empty where it was taken."""

    status: int | None
    why: str = ""
    gone: bool = False
    after_s: int = 0


def send(
    message: Message,
    form: WebhookForm,
    *,
    allowed: Collection[str] = (),
    timeout_s: float = TIMEOUT_S,
    resolve: Resolve = resolved,
) -> Outcome:
    """Post a message once; redirects are not followed, and no proxy is asked.

    The name of the host is resolved once, and the connection goes to the address that was
    judged: what the name leads to a moment later does not matter.
    """
    try:
        check_url(message.url, tuple(allowed))
        parts = urlsplit(message.url)
        host, tls = str(parts.hostname), parts.scheme == "https"
        port = parts.port or (443 if tls else 80)
        address = reachable(host, port, allowed, resolve=resolve)
    except (SupplyLoopError, ValueError) as refusal:
        return Outcome(status=None, why=getattr(refusal, "code", WebhookUrlInvalid.code))
    kind = _PinnedTls if tls else _Pinned
    connection = kind(host, port, address, timeout_s)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with _within(connection, timeout_s):
            connection.request("POST", target, body=message.body, headers=_headers(message))
            answer = connection.getresponse()
            text = answer.read(ANSWER_BYTES)
    except TimeoutError:
        return Outcome(status=None, why="timeout")
    except ssl.SSLError as error:
        return Outcome(status=None, why=f"tls: {error.reason or type(error).__name__}"[:200])
    except (OSError, http.client.HTTPException) as error:
        return Outcome(status=None, why=_said(error))
    finally:
        connection.close()
    return _judged(answer, text, form)


def _judged(answer: http.client.HTTPResponse, text: bytes, form: WebhookForm) -> Outcome:
    status = answer.status
    if 200 <= status < 300:  # noqa: PLR2004  what HTTP calls success
        why = "" if form is WebhookForm.PLAIN else _robot_fault(text)
        return Outcome(status=status, why=why)
    after = answer.headers.get("Retry-After", "")
    return Outcome(
        status=status,
        why=f"status {status}",
        gone=status == _GONE,
        after_s=int(after) if after.isascii() and after.isdigit() and len(after) < 7 else 0,  # noqa: PLR2004
    )


def _robot_fault(text: bytes) -> str:
    """Read the error code that robots answer with status 200; empty where all is well."""
    try:
        said = json.loads(text)
        code = said.get("errcode") if isinstance(said, dict) else None
    except ValueError:
        code = None
    if code == 0:
        return ""
    return f"errcode {str(code)[:20]}"


def _headers(message: Message) -> dict[str, str]:
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "SupplyLoop",
        "Connection": "close",
        **message.headers,
    }


def _said(error: Exception) -> str:
    """Say a fault in a word or two: never what an answer held."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:200]
    return type(error).__name__


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever the host's name leads to."""

    def __init__(self, host: str, port: int, address: str, timeout_s: float) -> None:
        super().__init__(host, port, timeout=timeout_s)
        self._address = address
        self.wire: socket.socket | None = None  # kept: an answer takes the socket over

    @override
    def connect(self) -> None:
        self.sock = self.wire = socket.create_connection((self._address, self.port), self.timeout)


class _PinnedTls(_Pinned):
    """The same within TLS: the certificate must be that of the name."""

    @override
    def connect(self) -> None:
        super().connect()
        context = ssl.create_default_context()
        self.sock = self.wire = context.wrap_socket(self.sock, server_hostname=self.host)


@contextmanager
def _within(connection: _Pinned, seconds: float) -> Iterator[None]:
    """End whatever goes on when the time is over: a timeout of the socket holds per read only."""
    over = threading.Event()

    def stop() -> None:
        over.set()
        if connection.wire is not None:
            try:
                connection.wire.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it has ended by itself

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        if over.is_set():
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()
    if over.is_set():
        raise TimeoutError
