"""Mutants of packs against their cases and journeys: ``python -m tests.packs.mutants [pack ...]``.

A mutant (``tests.packs.mutations``) that no case notices and, where it changes a policy or what an
answer moves, no journey either, survives and is listed: something is missing there. One that does
not compile says nothing about the cases and is not counted. ``assigned_at_sending`` is held by
``tests/usecases/test_preview.py`` for every type of message, so it is not mutated.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from gateway.adapters.pack_folder import read_folder
from gateway.domain.finding import Refusal
from gateway.markup import safe
from gateway.packs import compiled
from gateway.packs.cases import Case, read_cases, run_case
from gateway.packs.compiled import Pack, compile_pack
from gateway.packs.digests import runs
from tests.packs.journeys import JOURNEYS
from tests.packs.journeys.played import packs_for, play
from tests.packs.mutations import Mutant, mutants
from tests.packs.pack_cases import pack_folders

STILLBORN, KILLED, ALIVE = "stillborn", "killed", "alive"
AT_ONCE = 24
"""Mutants that a process takes at a time."""


def judge(folder: Path, mutant: Mutant) -> str:
    """Tell whether a mutant compiles, and whether anything notices it."""
    files = {**_files(folder), mutant.file: mutant.raw}
    try:
        pack = compile_pack(files, {})
    except Refusal:
        return STILLBORN
    if any(not run_case(pack, case).passed for case in _concerned(folder, mutant)):
        return KILLED
    if mutant.file.startswith(("rules/", "project/")):
        return ALIVE
    return KILLED if _noticed(folder.name, mutant, pack) else ALIVE


def _noticed(name: str, mutant: Mutant, pack: Pack) -> bool:
    """Tell whether a journey that has to do with the message is told otherwise."""
    return any(
        play(journey, packs_for(journey, pack)) != _told(title)
        for title, journey in JOURNEYS.items()
        if mutant.speaks_of in _told(title).get(name, "")
    )


@cache
def _told(title: str) -> dict[str, str]:
    return play(JOURNEYS[title], packs_for(JOURNEYS[title]))


@cache
def _files(folder: Path) -> dict[str, bytes]:
    return {name: raw for name, raw in read_folder(folder).items() if runs(name)}


@cache
def _cases(folder: Path) -> tuple[Case, ...]:
    return read_cases(read_folder(folder))


def _concerned(folder: Path, mutant: Mutant) -> Iterator[Case]:
    """Yield the cases a change can show in; goldens show what projections do, faults need not."""
    uses = _uses(folder)
    if mutant.file == "pack.toml" and mutant.speaks_of:
        return
    for case in _cases(folder):
        expect = case.expect
        if expect.answer:
            concerned = mutant.file.startswith("answers/")
        else:
            concerned = mutant.file in uses.get(expect.message or expect.asks, ())
        if concerned and mutant.file.startswith("project/"):
            yield replace(case, expect=replace(expect, faults=()))
        elif concerned or mutant.file == "pack.toml":
            yield case


@cache
def _uses(folder: Path) -> Mapping[str, set[str]]:
    """Return the rules and projections by message type and procedure; includes count with all."""
    manifest = compile_pack(_files(folder), {}).manifest
    own = {message.projection for message in manifest.messages}
    shared = {name for name in _files(folder) if name.startswith("project/")}
    imported = {
        name: {other for other in shared if f'"{other.rpartition("/")[2]}"'.encode() in raw}
        for name, raw in _files(folder).items()
        if name in own
    }
    uses = {
        one.type: {one.projection, *imported[one.projection], *(shared - own), *one.rules}
        for one in manifest.messages
    }
    return {**uses, **{one.kind: {*one.rules} for one in manifest.procedures}}


# ------------------------------------------------------------------ speed


def remember() -> None:
    """Compile in this process only what changed: a mutant differs from its pack in one file."""
    compiled.compile_rules = _remembered(compiled.compile_rules, ("codelists/",))  # type: ignore[assignment]
    safe.compile_schema = _remembered(safe.compile_schema, ("xsd/",))  # type: ignore[assignment]
    safe.compile_stylesheet = _remembered(  # type: ignore[assignment]
        safe.compile_stylesheet, ("project/", "sandbox/")
    )


def _remembered(compile_one: Callable[..., Any], beside: tuple[str, ...]) -> Callable[..., Any]:
    known: dict[tuple[str, bytes], Any] = {}

    def remembering(files: Mapping[str, bytes], path: str, *more: object) -> Any:
        reads = sorted(name for name in files if name == path or name.startswith(beside))
        digest = sha256(b"".join(sha256(files[name]).digest() for name in reads)).digest()
        if (path, digest) not in known:
            known[path, digest] = compile_one(files, path, *more)
        return known[path, digest]

    return remembering


# ------------------------------------------------------------------ running


def judged(folder: Path, some: list[Mutant]) -> list[tuple[Mutant, str]]:
    """Judge some mutants of a pack; runs in a process of its own."""
    return [(one, judge(folder, one)) for one in some]


def run(wanted: list[str]) -> dict[str, list[tuple[Mutant, str]]]:
    """Judge all mutants of the packs named, or of all, in as many processes as there are cores."""
    folders = [one for one in pack_folders() if not wanted or one.name in wanted]
    work = [
        (folder, every[start : start + AT_ONCE])
        for folder in folders
        for every in (list(mutants(_files(folder))),)
        for start in range(0, len(every), AT_ONCE)
    ]
    found: dict[str, list[tuple[Mutant, str]]] = {folder.name: [] for folder in folders}
    with (
        ProcessPoolExecutor(os.cpu_count(), initializer=remember) as pool,
        Progress(console=Console(stderr=True)) as progress,
    ):
        bar = progress.add_task("mutants", total=sum(len(some) for _, some in work))
        going = {pool.submit(judged, folder, some): folder.name for folder, some in work}
        for done in as_completed(going):
            found[going[done]] += done.result()
            progress.advance(bar, len(done.result()))
    return found


def main(names: list[str]) -> None:
    """Print the score of each pack and the mutants that survive."""
    for pack, results in run(names).items():
        counted = [(one, came_to) for one, came_to in results if came_to != STILLBORN]
        alive = sorted(one for one, came_to in counted if came_to == ALIVE)
        killed = len(counted) - len(alive)
        score = 100 * killed / max(len(counted), 1)
        sys.stdout.write(f"{pack}: {killed} of {len(counted)} killed, {score:.1f} %\n")
        sys.stdout.write("".join(f"  survives: {one.done}  [{one.file}]\n" for one in alive))


if __name__ == "__main__":
    main(sys.argv[1:])
