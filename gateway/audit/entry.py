"""Log entries: what happened, in canonical bytes, without the contents of bodies.

An entry is one JSON object in the canonical form of RFC 8785, so that the same facts are the same
bytes everywhere. A body (declaration, message, receipt, answer) lies beside the log; its entry
holds only a commitment, SHA-256 over the body's salt followed by the 32 bytes of its own SHA-256.
With the salt erased together with the body nobody can test guesses against the log, and every proof
still verifies (design decision 5). The leaf hash is that of RFC 6962, section 2.1: SHA-256 over a
zero byte and the entry.

    >>> entry = make_entry(EntryKind.SETUP, datetime(2026, 11, 23, tzinfo=UTC), "acme")
    >>> read_entry(entry.content).kind
    <EntryKind.SETUP: 'setup'>
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

import rfc8785

from gateway.audit.canonical import canonical
from gateway.domain.finding import Finding, Refusal, Severity

VERSION = 1
ENTRY_BYTES_MAX = 65_535
"""Longest entry: C2SP tlog-tiles writes the length of an entry in two bytes."""

_MEMBERS = frozenset(
    {"v", "kind", "at", "tenant", "movement", "link", "facts", "bodies", "versions"}
)

Value = str | int | bool | list["Value"] | dict[str, "Value"] | None
"""What facts and versions may hold; no fractions, which canonical JSON writes as doubles."""


class EntryKind(StrEnum):
    """What an entry tells."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    SIGNED = "signed"
    SENT = "sent"
    RECEIPT = "receipt"
    ANSWER = "answer"
    EVENT = "event"
    DISCLOSED = "disclosed"
    AWAITING_SIGNATURE = "awaiting-signature"
    SETUP = "setup"
    PARKED = "parked"
    PASSAGE = "passage"
    OVERRIDE = "override"
    STAGED = "staged"  # a group of declarations is kept, to be taken in one by one
    ACT = "act"  # what an operator did about it, and why
    ERASED = "erased"  # bodies that are gone by law, with their commitments, and why


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A written entry: its canonical bytes and its RFC 6962 leaf hash (32 bytes)."""

    content: bytes
    leaf: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """An entry read back. ``at`` is aware UTC; ``bodies`` pairs role and commitment (hex)."""

    kind: EntryKind
    at: datetime
    tenant: str
    movement: str
    link: str
    facts: Mapping[str, Value]
    bodies: tuple[tuple[str, str], ...]
    versions: Mapping[str, Value]

    def commits_to(self, commitment: str) -> bool:
        """Tell whether one of the bodies has that commitment, in whatever role."""
        return any(known == commitment for _, known in self.bodies)


def leaf_hash(content: bytes) -> bytes:
    """Return the RFC 6962 hash of one leaf: SHA-256 over ``0x00`` and the content."""
    return hashlib.sha256(b"\x00" + content).digest()


def commitment(salt: bytes, digest: str) -> str:
    """Return the salted commitment (hex) to a body whose SHA-256 is ``digest`` (hex)."""
    return hashlib.sha256(salt + bytes.fromhex(digest)).hexdigest()


def stamp(at: datetime) -> str:
    """Write an aware time as UTC with microseconds and ``Z``, always the same length."""
    if at.tzinfo is None:
        raise ValueError("a log entry needs an aware time")
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def make_entry(  # noqa: PLR0913 - the members of an entry, each named at the call
    kind: EntryKind,
    at: datetime,
    tenant: str,
    *,
    movement: str = "",
    link: str = "",
    facts: Mapping[str, object] = MappingProxyType({}),
    bodies: Iterable[tuple[str, bytes, str]] = (),
    versions: Mapping[str, object] = MappingProxyType({}),
) -> Entry:
    """Write one entry.

    ``bodies`` are (role, salt, SHA-256 of the content in hex); ``facts`` and ``versions`` hold
    strings, whole numbers, booleans, lists and mappings.

    Raises:
        ValueError: the entry is longer than ``ENTRY_BYTES_MAX``, ``at`` has no offset, or a fact
            cannot be written in canonical JSON.
    """
    content = canonical(
        {
            "v": VERSION,
            "kind": kind.value,
            "at": stamp(at),
            "tenant": tenant,
            "movement": movement,
            "link": link,
            "facts": _plain(facts),
            "bodies": [
                {"role": role, "commitment": commitment(salt, digest)}
                for role, salt, digest in bodies
            ],
            "versions": _plain(versions),
        }
    )
    if len(content) > ENTRY_BYTES_MAX:
        raise ValueError(f"a log entry of {len(content)} bytes is longer than {ENTRY_BYTES_MAX}")
    return Entry(content=content, leaf=leaf_hash(content))


def _plain(value: object) -> Value:
    match value:
        case None | str() | bool() | int():
            return value
        case Mapping():
            return {str(name): _plain(one) for name, one in value.items()}
        case list() | tuple() | set() | frozenset():
            ordered = sorted(value) if isinstance(value, set | frozenset) else value
            return [_plain(one) for one in ordered]
        case _:
            raise ValueError(f"a log entry cannot hold a {type(value).__name__}")


def read_entry(content: bytes) -> EntryView:
    """Read an entry back; only canonical bytes with exactly the known members are accepted.

    Raises:
        Refusal: ``log.entry-malformed``.
    """
    try:
        document = json.loads(content)
        if canonical(document) != content:
            raise _malformed("the bytes are not canonical")
        return _view(document)
    except (ValueError, TypeError, KeyError, RecursionError, rfc8785.CanonicalizationError) as bad:
        raise _malformed(str(bad)) from bad


def _view(document: object) -> EntryView:
    if not isinstance(document, dict) or set(document) != _MEMBERS or document["v"] != VERSION:
        raise _malformed("members or version are not those of version 1")
    at = datetime.fromisoformat(document["at"])
    if stamp(at) != document["at"]:
        raise _malformed("the time is not written as UTC with microseconds")
    return EntryView(
        kind=EntryKind(document["kind"]),
        at=at,
        tenant=_text(document["tenant"]),
        movement=_text(document["movement"]),
        link=_text(document["link"]),
        facts=dict(document["facts"]),
        bodies=tuple((_text(b["role"]), _text(b["commitment"])) for b in document["bodies"]),
        versions=dict(document["versions"]),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text was expected")
    return value


def _malformed(reason: str) -> Refusal:
    return Refusal(
        Finding(code="log.entry-malformed", severity=Severity.ERROR, args=(("reason", reason),))
    )
