"""``python -m gateway.api``: the HTTP face until told to stop."""

import argparse
import errno
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import uvicorn
from fastapi import FastAPI

from gateway import bootstrap
from gateway.api.app import create_app
from gateway.api.heads import BoundedHeads
from gateway.domain.errors import GatewayError, Misconfigured
from gateway.domain.finding import Finding
from gateway.ending import tell
from gateway.sections import HttpSettings
from gateway.settings import Settings, load_settings

INTERRUPTED_EXIT = 130
BACKLOG = 2048


Dress: TypeAlias = Callable[[FastAPI, bootstrap.Gateway], None]


def _as_it_is(_app: FastAPI, _gateway: bootstrap.Gateway) -> None:
    """Leave the application alone."""


def _listen(http: HttpSettings) -> socket.socket:
    """Bind before anything costly is opened.

    Raises:
        Misconfigured: ``http.port-busy`` or ``http.cannot-listen``.
    """
    family = socket.AF_INET6 if ":" in http.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((http.host, http.port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        code = "http.port-busy" if error.errno == errno.EADDRINUSE else "http.cannot-listen"
        args = (("host", http.host), ("port", str(http.port)), ("reason", str(error)))
        raise Misconfigured(
            Finding(code=code, value=f"{http.host}:{http.port}", args=args)
        ) from error
    return listening


def _serve(settings: Settings, dress: Dress) -> int:
    with closing(_listen(settings.http)) as listening, bootstrap.open_gateway(settings) as gateway:
        gateway.ports.packs.compile()
        bootstrap.settle()
        host, port = listening.getsockname()[:2]
        place = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        app = create_app(gateway, ready=lambda: _say(f"listening on {place}"))
        dress(app, gateway)
        config = uvicorn.Config(
            app,
            http=BoundedHeads,
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=1,  # streams end by themselves; this is for the stubborn
            server_header=False,
        )
        server = uvicorn.Server(config)
        app.state.stopping = lambda: server.should_exit  # ends open streams before the grace does
        with _signals_noted() as noted:
            server.run(sockets=[listening])
    return INTERRUPTED_EXIT if signal.SIGINT in noted else 0


@contextmanager
def _signals_noted() -> Iterator[list[int]]:
    """Note the signals that uvicorn raises again when it has stopped.

    By default the first would end the process before the gateway is closed.
    """
    noted: list[int] = []
    before = {
        one: signal.signal(one, lambda number, _: noted.append(number))
        for one in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield noted
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - whoever started us waits for this line


def run(arguments: list[str] | None = None, dress: Dress = _as_it_is) -> int:
    """Serve until SIGTERM or SIGINT; return the exit code.

    ``dress`` may add to the application before the first request.
    """
    parser = argparse.ArgumentParser(prog="python -m gateway.api", description=__doc__)
    parser.add_argument("--config", type=Path, help="settings file")
    parser.add_argument("--data", type=Path, help="data folder")
    parser.add_argument("--host", help="address to listen on")
    parser.add_argument("--port", type=int, help="port to listen on; 0 takes any")
    told = parser.parse_args(arguments)
    try:
        settings = load_settings(told.config, data=told.data)
        http = replace(
            settings.http,
            host=settings.http.host if told.host is None else told.host,
            port=settings.http.port if told.port is None else told.port,
        )
        return _serve(replace(settings, http=http), dress)
    except GatewayError as error:
        return tell(error)


if __name__ == "__main__":
    sys.exit(run())
