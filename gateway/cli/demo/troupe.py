"""The programs of a run, and the folder they run in; light, so that they start before all else."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import typer

from gateway.cli.exits import Exit
from gateway.cli.programs import Program, Programs
from gateway.cli.serve import Stopped, stop_on_signals
from gateway.domain.errors import InConflict, Misconfigured, NotFound, Refused
from gateway.domain.finding import Finding

FOLDER = "fullroute-demo"
LOGS = "logs"
SPEC = "sandbox/spec.json"


def make_folder(wanted: Path | None) -> Path:
    """Make the data folder of a run: ``wanted``, or ``./fullroute-demo/<n>`` with the next number.

    Raises:
        InConflict: ``wanted`` is there and not empty.
        Misconfigured: no folder can be made there.
    """
    where = wanted or Path.cwd() / FOLDER
    try:
        if wanted is None:
            return _next_folder(where)
        if wanted.exists() and (not wanted.is_dir() or any(wanted.iterdir())):
            raise InConflict(Finding(code="cli.folder-not-empty", value=str(wanted)))
        wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = (("path", str(where)), ("reason", error.strerror or ""))
        raise Misconfigured(
            Finding(code="cli.file-unwritable", value=str(where), args=reason)
        ) from error
    return wanted


def _next_folder(parent: Path) -> Path:
    parent.mkdir(parents=True, exist_ok=True)
    number = 1 + max((int(p.name) for p in parent.iterdir() if p.name.isdecimal()), default=0)
    while True:
        try:
            (parent / str(number)).mkdir(mode=0o700)
        except FileExistsError:  # another run was faster
            number += 1
        else:
            return parent / str(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Troupe:
    """Gateway, worker and sandbox, started and held until their folder is ready."""

    folder: Path
    programs: Programs
    gateway: Program
    worker: Program
    sandbox: Program

    @classmethod
    def gather(cls, folder: Path, programs: Programs) -> Self:
        """Start all three side by side."""
        own = ("--data", str(folder))
        spec = ("--spec", str(folder / SPEC))
        return cls(
            folder=folder,
            programs=programs,
            gateway=programs.start("gateway", "gateway.serving", *own, held=True),
            worker=programs.start("worker", "workers", *own, held=True),
            sandbox=programs.start("sandbox", "gateway.sandbox", *spec, held=True),
        )


@contextmanager
def staged(data: Path | None) -> Iterator[Troupe]:
    """Gather everybody in a folder of its own, which is left only if something was submitted."""
    folder = make_folder(data)
    (folder / LOGS).mkdir(mode=0o700)
    stop_on_signals()
    try:
        with Programs(folder / LOGS) as programs:
            yield Troupe.gather(folder, programs)  # they import while we do
    except Stopped:
        raise typer.Exit(Exit.INTERRUPTED) from None
    except (Refused, NotFound):
        shutil.rmtree(folder)
        raise
