"""The HTTP face as seen from the command line: standard library only, so that it costs nothing.

Errors come back as :class:`Problem`, carrying the findings the gateway sent, in the language asked
for.
"""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from gateway.domain.errors import Misconfigured, Unavailable
from gateway.domain.finding import Finding

ANSWER_BYTES_MAX = 256_000_000
"""An export holds every message of a movement; anything larger is not ours."""

JSON = "application/json"


class Problem(Exception):
    """A problem document the gateway answered with. ``errors`` are findings with their texts."""

    def __init__(self, status: int, errors: tuple[Mapping[str, Any], ...]) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer from ``url``; header names are lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Return the body as JSON.

        Raises:
            Unavailable: it is none, so somebody else answered.
        """
        try:
            return json.loads(self.content)
        except ValueError as error:
            raise self.strange() from error

    def strange(self) -> Unavailable:
        """Return the error that says that no gateway talks so."""
        args = (("url", self.url), ("status", str(self.status)))
        return Unavailable(Finding(code="cli.not-a-gateway", args=args))


def quoted(text: str) -> str:
    """Return text as one part of a path or query; bytes that are no UTF-8 travel as they are."""
    return quote(text, safe="", errors="surrogateescape")


class Client:
    """Talks to one gateway under one API key, over one kept connection; for one thread.

    Raises:
        Misconfigured: ``cli.url-malformed``, ``cli.key-malformed``.
    """

    def __init__(self, url: str, key: str, lang: str = "en", *, seconds: float = 30.0) -> None:
        parts, self._connection = _connection(url, seconds)
        key = key.strip()  # what was read from a file ends in a line end
        if not (key.isascii() and key.isprintable()):
            raise Misconfigured(Finding(code="cli.key-malformed"))  # the key itself is told nobody
        self._url = url
        self._base = parts.path.rstrip("/")
        self._headers = {"Accept-Language": lang, "User-Agent": "fullroute-cli"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"

    def get(self, path: str, **query: str | int) -> Answer:
        """Read; ``query`` values are quoted."""
        asked = "&".join(f"{name}={quoted(str(value))}" for name, value in query.items() if value)
        return self.send("GET", f"{path}?{asked}" if asked else path)

    def post(self, path: str, content: bytes, media_type: str = JSON, **headers: str) -> Answer:
        """Send a body; underscores of header names become hyphens."""
        return self.send("POST", path, content, media_type, headers)

    def put(self, path: str, content: bytes, media_type: str) -> Answer:
        """Put a body."""
        return self.send("PUT", path, content, media_type)

    def send(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        media_type: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Make one request.

        Raises:
            Misconfigured: ``cli.usage``: a header cannot hold its value.
            Problem: the gateway answered 400 or above.
            Unavailable: there was no answer.
        """
        told = {**self._headers, **{k.replace("_", "-"): v for k, v in (headers or {}).items()}}
        _check(told)
        if media_type:
            told["Content-Type"] = media_type
        kept = self._connection.sock is not None
        try:
            answer = self._exchange(method, self._base + path, content, told)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            if kept and method == "GET":  # a kept connection may have gone stale
                return self.send(method, path, content, media_type, headers)
            args = (("url", self._url), ("reason", str(error) or type(error).__name__))
            raise Unavailable(Finding(code="cli.unreachable", args=args)) from error
        if answer.status >= http.client.BAD_REQUEST:
            raise Problem(answer.status, _errors(answer))
        return answer

    def _exchange(
        self, method: str, path: str, content: bytes | None, headers: dict[str, str]
    ) -> Answer:
        self._connection.request(method, path, content, headers)
        response = self._connection.getresponse()
        body = response.read(ANSWER_BYTES_MAX)
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(self._url, response.status, names, body)

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()


def _connection(url: str, seconds: float) -> tuple[SplitResult, http.client.HTTPConnection]:
    """Take a base URL apart and prepare the connection; nothing is opened yet."""
    url = url.strip()
    malformed = Misconfigured(Finding(code="cli.url-malformed", value=url))
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")  # as the resolver will
    except ValueError as error:
        raise malformed from error
    written = url.isprintable() and " " not in url and parts.path.isascii()
    if parts.scheme not in ("http", "https") or not host or not written:
        raise malformed
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return parts, kind(host, port, timeout=seconds)


def _check(headers: Mapping[str, str]) -> None:
    """See to it that HTTP can carry every value: printable, and in Latin-1."""
    for name, value in headers.items():
        if not value.isprintable() or value != value.encode("latin-1", "replace").decode("latin-1"):
            args = (("reason", f"{name}: {value!a}."), ("command", "fullroute"))
            raise Misconfigured(Finding(code="cli.usage", args=args))


def _errors(answer: Answer) -> tuple[Mapping[str, Any], ...]:
    """Read the findings of a problem document."""
    try:
        return tuple(dict(one) for one in answer.json()["errors"])
    except (KeyError, TypeError, ValueError) as error:
        raise answer.strange() from error
