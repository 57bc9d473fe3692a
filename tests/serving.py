"""The HTTP face on a real port, in a thread of the test's own process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from gateway.api.app import create_app
from gateway.api.heads import BoundedHeads
from gateway.bootstrap import Gateway


@contextmanager
def served(gateway: Gateway) -> Iterator[str]:
    """Serve on a free loopback port while the block runs; yield the URL."""
    app = create_app(gateway)
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, http=BoundedHeads, log_level="error", timeout_graceful_shutdown=1, ws="none"
    )
    server = uvicorn.Server(config)
    app.state.stopping = lambda: server.should_exit
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
