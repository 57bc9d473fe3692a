"""The HTTP face as seen from the command line: standard library only, so that it costs nothing.

Errors come back as :class:`Problem`, carrying the findings the gateway sent, in the language asked
for.
"""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

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


class Client:
    """Talks to one gateway under one API key, over one kept connection; for one thread."""

    def __init__(self, url: str, key: str, lang: str = "en", *, seconds: float = 30.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Misconfigured(Finding(code="cli.url-malformed", value=url))
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        self._url = url
        self._base = parts.path.rstrip("/")
        self._connection = kind(parts.hostname, parts.port, timeout=seconds)
        self._headers = {"Accept-Language": lang, "User-Agent": "fullroute-cli"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"

    def get(self, path: str, **query: str | int) -> Answer:
        """Read; ``query`` values are quoted."""
        asked = "&".join(f"{name}={quote(str(value))}" for name, value in query.items() if value)
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
            Problem: the gateway answered 400 or above.
            Unavailable: there was no answer.
        """
        told = {**self._headers, **{k.replace("_", "-"): v for k, v in (headers or {}).items()}}
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


def _errors(answer: Answer) -> tuple[Mapping[str, Any], ...]:
    """Read the findings of a problem document."""
    try:
        return tuple(dict(one) for one in answer.json()["errors"])
    except (KeyError, TypeError, ValueError) as error:
        raise answer.strange() from error
