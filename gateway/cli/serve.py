"""Commands that run the gateway: serve, worker.

The programs themselves are started by module name (``python -m gateway.serving``, ``python -m
workers``); this face never imports them. ``serve`` owns the embedded broker while it runs.
"""

import signal
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from gateway.cli import output
from gateway.cli.options import Data, Lang
from gateway.settings import Settings

WithWorker = Annotated[
    bool, typer.Option("--with-worker", help="Run a worker beside it, for one machine.")
]


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.command()(serve)
    app.command()(worker)


class Stopped(BaseException):
    """SIGTERM or SIGHUP came: an orderly end, and no error."""


def stop_on_signals() -> None:
    """Turn SIGTERM and SIGHUP into :class:`Stopped`, so that every ``finally`` runs."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Stopped

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on; else the setting's.")] = "",
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")] = None,
    with_worker: WithWorker = False,
    data: Data = None,
    lang: Lang = "en",
) -> None:
    """Serve the HTTP interface and the pages until told to stop.

    It owns the embedded broker unless one is set.

    SIGTERM ends it with exit code 0, Ctrl-C with 130; a program that ends by itself ends the other
    and gives its exit code.

    Example:
      fullroute serve --with-worker --port 8117
    """
    from gateway import bootstrap
    from gateway.cli.programs import Programs
    from gateway.settings import load_settings

    settings = load_settings(data=data)
    settings.check_folder()
    _tell_broken_packs(settings, lang)
    own = _arguments(data)
    listening = (["--host", host] if host else []) + (
        ["--port", str(port)] if port is not None else []
    )
    stop_on_signals()
    try:
        with bootstrap.broker(settings), Programs() as programs:
            programs.start("gateway", "gateway.serving", *own, *listening)
            if with_worker:
                programs.start("worker", "workers", *own)
            ended = programs.first_to_end()
            code = ended.popen.returncode
    except Stopped:
        code = 0
    raise typer.Exit(code)


def worker(*, data: Data = None, lang: Lang = "en") -> None:
    """Deliver what is due until told to stop. Any number of workers may run.

    The broker is that of `fullroute serve`, or the one set by broker.url.

    Example:
      fullroute worker --data ./fullroute-data
    """
    from gateway.cli.programs import Programs

    del lang
    stop_on_signals()
    try:
        with Programs() as programs:
            programs.start("worker", "workers", *_arguments(data))
            code = programs.first_to_end().popen.returncode
    except Stopped:
        code = 0
    raise typer.Exit(code)


def _tell_broken_packs(settings: Settings, lang: str) -> None:
    """Say which packs are broken or not vouched for; the others serve all the same."""
    from gateway import bootstrap

    with bootstrap.open_packs(settings).slot() as packs:
        found = packs.findings
    texts = bootstrap.open_texts()
    output.print_findings(output.shown(one, texts, lang) for one in found)


def _arguments(data: Path | None) -> list[str]:
    return ["--data", str(data)] if data is not None else []
