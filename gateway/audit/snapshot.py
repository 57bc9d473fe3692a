"""What a lane takes along for when it is cut off: runs and rules' name, sealed by the gateway.

A paper of its own: canonical JSON whose ``paper`` says what it is, so that no other sealed bytes
can pass for it, and a base64 copy of those bytes beside the seal. Everything in it is text, whole
numbers, lists and objects; decimals and times are spelled as text.
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from gateway.audit.canonical import canonical
from gateway.audit.exchange import SealedPaper, from_base64, to_base64, verify_seal
from gateway.domain.finding import Finding, Refusal
from gateway.domain.lane import Lane, Place, Run

PAPER = "lane-snapshot"
VERSION = 1
SNAPSHOT_BYTES_MAX = 64_000_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The open runs a lane may expect, as they stood at ``at``; ``rules`` names the table's digest.

    Where not all fitted, ``complete`` is False, and a lane tells apart only what is in it.
    """

    lane: Lane
    place: Place
    at: datetime
    rules: str
    runs: tuple[Run, ...]
    complete: bool = True


def make_snapshot(snapshot: Snapshot) -> bytes:
    """Return the snapshot's canonical JSON: the bytes to be sealed."""
    return canonical({"paper": PAPER, "v": VERSION, "snapshot": _plain(snapshot)})


def write_sealed(paper: SealedPaper) -> bytes:
    """Return the file that is carried to the lane."""
    return canonical({PAPER: to_base64(paper.content), "seal": paper.seal})


def read_sealed(raw: bytes, keys: Mapping[str, bytes]) -> Snapshot:
    """Read a snapshot whose seal one of the gateway's keys made.

    Raises:
        Refusal: ``seal.*``, ``exchange.malformed``.
    """
    if len(raw) > 2 * SNAPSHOT_BYTES_MAX:
        raise _malformed("length")
    file = _object(raw)
    content, seal = file.get(PAPER), file.get("seal")
    if not isinstance(content, str) or not isinstance(seal, str):
        raise _malformed(PAPER)
    told = from_base64(content, PAPER)
    verify_seal(told, seal, keys)
    paper = _object(told)
    if (paper.get("paper"), paper.get("v")) != (PAPER, VERSION):
        raise _malformed("paper")
    try:
        return _value(Snapshot, paper["snapshot"])
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise _malformed(type(error).__name__) from error


def _object(raw: bytes) -> dict[str, object]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise _malformed("JSON") from error
    if not isinstance(found, dict):
        raise _malformed("object")
    return found


def _malformed(reason: str) -> Refusal:
    args = (("paper", PAPER), ("reason", reason))
    return Refusal(Finding(code="exchange.malformed", value=PAPER, args=args))


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON holds
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    return str(value) if isinstance(value, Decimal) else value


def _value(kind: type[T], told: Any) -> T:  # noqa: ANN401 - whatever JSON holds
    found: T = _read(kind, told)
    return found


def _read(kind: Any, told: Any) -> Any:  # noqa: ANN401 - a type expression and whatever JSON holds
    if get_origin(kind) in (Union, UnionType):
        (bare,) = [part for part in get_args(kind) if part is not NoneType]
        return None if told is None else _read(bare, told)
    if get_origin(kind) is tuple:
        return _many(get_args(kind), told)
    if dataclasses.is_dataclass(kind):
        return _record(kind, told)
    if kind in (datetime, date):
        return kind.fromisoformat(told)
    if kind is Decimal or issubclass(kind, StrEnum):
        return kind(told)
    if type(told) is not kind:
        raise TypeError(kind)
    return told


def _many(parts: tuple[Any, ...], told: Any) -> tuple[Any, ...]:  # noqa: ANN401 - as above
    if not isinstance(told, list):
        raise TypeError(told)
    if parts[-1] is Ellipsis:
        return tuple(_read(parts[0], one) for one in told)
    return tuple(_read(part, one) for part, one in zip(parts, told, strict=True))


def _record(kind: Any, told: Any) -> Any:  # noqa: ANN401 - as above
    hints = get_type_hints(kind)
    if not isinstance(told, dict) or set(told) != set(hints):
        raise TypeError(kind)
    return kind(**{name: _read(hint, told[name]) for name, hint in hints.items()})
