"""A simulated system behind folders: takes archives out of ``out/``, puts answers into ``in/``."""

import asyncio
from contextlib import suppress
from pathlib import Path

from gateway.audit.exchange import read_envelope, to_base64
from gateway.domain.finding import Refusal
from gateway.markup import archive
from gateway.sandbox.doors import FetchingDoor
from gateway.sandbox.gatewayside import Unreachable
from gateway.sandbox.office import TOO_EARLY, Arrival
from gateway.sandbox.outbox import Letter, Outbox
from gateway.sandbox.stationery import Planned

LOOK_SECONDS = 0.05
OUT, IN, REJECTED = "out", "in", "rejected"
PAPERS = ("envelope.json", "envelope.seal")


class FolderOutbox(Outbox):
    """Answers as archives: written aside under a hidden name, then renamed into ``in/``."""

    async def _post(self, planned: Planned, letter: Letter) -> str:
        folder = self._system.spec.folder / IN
        suffix = "xml" if letter.written.media_type == "application/xml" else "txt"
        entry = archive.Entry(f"{planned.id}.{suffix}", letter.written.content)
        draft = folder / f".{planned.id}.part"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(archive.pack((entry,)))
            draft.replace(folder / f"{planned.id}.zip")
        except OSError:
            return "later"
        return "accepted"


class FolderDoor(FetchingDoor):
    """Looks into ``out/`` every now and then and takes what lies there, oldest first."""

    async def _fetch(self) -> None:
        out = self._system.spec.folder / OUT
        while True:
            with suppress(OSError, Unreachable):
                for path in sorted(out.glob("*.zip"), key=lambda one: one.stat().st_mtime_ns):
                    await self._take(path)
            await asyncio.sleep(LOOK_SECONDS)

    async def _take(self, path: Path) -> None:
        try:
            arrival = _arrival(path)
        except Refusal:
            self._reject(path)
            return
        verdict = self._system.receive(arrival, await self._gateway.keys_for(arrival.seal))
        if verdict.status == TOO_EARLY:
            return  # what comes first is on its way
        if verdict.taken is not None:
            self._outbox.plan(verdict.taken, verdict.read)
        if verdict.receipt is None:
            self._reject(path)
        else:
            _take_away(path)

    def _reject(self, path: Path) -> None:
        folder = self._system.spec.folder / REJECTED
        folder.mkdir(exist_ok=True)
        path.replace(folder / path.name)


def _take_away(path: Path) -> None:
    path.unlink()


def _arrival(path: Path) -> Arrival:
    """Return the request an archive spells.

    Raises:
        Refusal: it is no archive, or there is no envelope in it.
    """
    entries = archive.unpack(path.read_bytes())
    papers = {entry.name: entry.content for entry in entries}
    envelope = papers.get(PAPERS[0], b"")
    message = [entry.content for entry in entries if entry.name not in PAPERS]
    return Arrival(
        envelope=to_base64(envelope),
        seal=papers.get(PAPERS[1], b"").decode("ascii", "replace"),
        media_type=read_envelope(envelope).media_type,
        content=b"".join(message),
    )
