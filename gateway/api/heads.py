"""The heads of requests: bounded in bytes and in time, before anybody knows who asks.

The server's parser keeps every header until a head is complete, and waits for that without end. Who
has no key could fill the memory of the process with one request, or its connections with none.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_BYTES_MAX = 65_536
"""How long a head may be; and, between pieces of a body or behind it, what is neither."""

HEAD_SECONDS_MAX = 30.0
"""How long a client may take over a head, from its connection or the first byte on."""

_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 26\r\nConnection: close\r\n\r\n"
    b"The headers are too large."
)


class BoundedHeads(HttpToolsProtocol):
    """One connection. What leads on resets the count: a head that is whole, a piece of a body."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the server's own
        super().__init__(*args, **kwargs)
        self._unread = 0
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._went_on()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless too much came that led nowhere."""
        self._unread += len(data)
        super().data_received(data)
        if self._unread > HEAD_BYTES_MAX:
            if not self._answering():  # it would stand in the middle of that answer
                self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        """Wait for the whole head of a request."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """Take a request up."""
        self._went_on()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body up."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """See the end of a request."""
        self._unread = 0
        super().on_message_complete()

    def _answering(self) -> bool:
        cycle: object = self.cycle  # None before the first request, whatever its type says
        return isinstance(cycle, RequestResponseCycle) and not cycle.response_complete

    def _wait(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(HEAD_SECONDS_MAX, self.transport.close)

    def _went_on(self) -> None:
        self._unread = 0
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
