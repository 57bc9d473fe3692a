"""Where a lane's command is answered: a gateway over HTTP, the data folder, or a snapshot alone."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from gateway.cli.client import Client
from gateway.cli.files import read_file
from gateway.cli.opening import connected
from gateway.cli.options import DeskOptions
from gateway.domain.errors import Misconfigured, NotAuthentic, Refused
from gateway.domain.finding import Finding, Refusal

Shape = dict[str, Any]

SNAPSHOT_BYTES_MAX = 200_000_000


class LaneDesk(Protocol):
    """What commands of a lane need of a gateway."""

    def check(self, lane: str, told: Shape) -> Shape:
        """Answer a reading and keep the passage."""

    def passages(self, lane: str, limit: int) -> list[Shape]:
        """List what passed, newest first."""

    def override(self, lane: str, passage: str, says: str, reason: str) -> Shape:
        """Ask for another word, or confirm one."""

    def snapshot(self, lane: str) -> bytes:
        """Return the sealed snapshot."""


class RemoteLane:
    """A gateway over HTTP."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def check(self, lane: str, told: Shape) -> Shape:
        """Post a reading."""
        answer = self._client.post(f"{_path(lane)}/passages", json.dumps(told).encode())
        return dict(answer.json())

    def passages(self, lane: str, limit: int) -> list[Shape]:
        """List what passed, newest first."""
        return list(self._client.get(f"{_path(lane)}/passages", limit=limit).json()["data"])

    def override(self, lane: str, passage: str, says: str, reason: str) -> Shape:
        """Ask for another word, or confirm one."""
        body = json.dumps({"says": says, "reason": reason}).encode()
        path = f"{_path(lane)}/passages/{quote(passage, safe='')}/override"
        return dict(self._client.post(path, body).json())

    def snapshot(self, lane: str) -> bytes:
        """Fetch the sealed snapshot."""
        return self._client.get(f"{_path(lane)}/snapshot").content


def _path(lane: str) -> str:
    return f"/v1/lanes/{quote(lane, safe='')}"


class FolderLane:
    """The use cases on one data folder, as its operator."""

    def __init__(self, ports: Any, lang: str) -> None:  # noqa: ANN401 - Ports costs its imports
        from gateway.cli.folder import operator

        self._ports = ports
        self._lang = lang
        self._caller = operator(ports)

    def check(self, lane: str, told: Shape) -> Shape:
        """Answer a reading and keep the passage."""
        from gateway import gatehouse
        from gateway.usecases.lane import pass_lane

        acted = gatehouse.acted_of(told.get("offline"))
        reading = gatehouse.reading_of(told)
        done = pass_lane(self._ports, self._caller, lane, reading, acted)
        return gatehouse.passing_shape(done, self._ports.packs.catalogue(), self._lang)

    def passages(self, lane: str, limit: int) -> list[Shape]:
        """List what passed, newest first."""
        from gateway.gatehouse import passage_shape
        from gateway.usecases.lane_snapshot import passages

        texts = self._ports.packs.catalogue()
        found = passages(self._ports, self._caller, lane, limit)
        return [passage_shape(one, texts, self._lang) for one in found]

    def override(self, lane: str, passage: str, says: str, reason: str) -> Shape:
        """Ask for another word, or confirm one."""
        from gateway.domain.lane import Signal
        from gateway.gatehouse import passage_shape
        from gateway.usecases.lane_override import override

        done = override(self._ports, self._caller, lane, passage, (Signal(says), reason))
        return passage_shape(done, self._ports.packs.catalogue(), self._lang)

    def snapshot(self, lane: str) -> bytes:
        """Make the sealed snapshot."""
        from gateway.audit.snapshot import write_sealed
        from gateway.usecases.lane_snapshot import snapshot

        return write_sealed(snapshot(self._ports, self._caller, lane))


@contextmanager
def open_lane(options: DeskOptions) -> Iterator[LaneDesk]:
    """Open the gateway at a URL, or the data folder where none is given.

    Raises:
        Misconfigured: a URL without an API key, or no usable data folder.
    """
    if options.url:
        with connected(options) as client:
            yield RemoteLane(client)
        return
    from gateway.cli.folder import open_folder

    with open_folder(options.data) as gateway:
        yield FolderLane(gateway.ports, options.lang)


# ------------------------------------------------------------------ cut off


def alone(lane: str, told: Shape, files: tuple[Path, Path], lang: str) -> tuple[Shape, Shape]:
    """Answer by a snapshot and the gateway's public keys; return the answer, and what to hand in.

    Raises:
        NotAuthentic: the snapshot's seal is none of the gateway's.
        Refused: the reading is malformed, or the snapshot is not for this lane.
    """
    from gateway import bootstrap, gatehouse
    from gateway.audit.snapshot import read_sealed

    snapshot, keys = files
    try:
        taken = read_sealed(read_file(snapshot, SNAPSHOT_BYTES_MAX), _keys(keys))
    except Refusal as refusal:
        raise NotAuthentic(*refusal.findings) from refusal
    rules = bootstrap.open_packs().lane_rules()
    now = bootstrap.open_clock().now()
    said = gatehouse.alone(lane, gatehouse.reading_of(told), taken, rules, now)
    answer = gatehouse.decision_shape(said.decision, bootstrap.open_texts(), lang)
    answer |= {"passage": told["id"], "lane": lane, "stands": answer["says"], "offline": True}
    return answer, said.handed_in(told)


def _keys(path: Path) -> dict[str, bytes]:
    """Read the public keys as ``/v1/keys`` and ``fullroute keys list --json`` print them."""
    import base64

    try:
        told = json.loads(read_file(path))
        rows = told["data"] if "data" in told else told["seal"]
        return {str(one["id"]): base64.b64decode(one["public_key"]) for one in rows}
    except (KeyError, TypeError, ValueError) as error:
        args = (("reason", f"{path}: {error}"),)
        raise Refused(Finding(code="json.malformed", args=args)) from error


def append_line(path: Path, told: Shape) -> None:
    """Add one passage to a journal.

    Raises:
        Misconfigured: ``cli.file-unwritable``.
    """
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(told, ensure_ascii=False, default=_spelled) + "\n")
    except OSError as error:
        args = (("path", str(path)), ("reason", error.strerror or str(error)))
        raise Misconfigured(Finding(code="cli.file-unwritable", args=args)) from error


def _spelled(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def read_lines(path: Path) -> list[Shape]:
    """Read a journal.

    Raises:
        Refused: ``json.malformed``, with the line.
    """
    found = []
    text = read_file(path, SNAPSHOT_BYTES_MAX).decode("utf-8", "replace")
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
        except ValueError as error:
            args = (("reason", str(error)),)
            raise Refused(Finding(code="json.malformed", line=number, args=args)) from error
        if not isinstance(told, dict):
            raise Refused(Finding(code="json.malformed", line=number, args=(("reason", "object"),)))
        found.append(told)
    return found
