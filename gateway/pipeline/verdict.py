"""What each office on the way says to a declaration, as far as its intake got.

Pass is said only of an office that was asked and remarked nothing against it. Whoever could not be
asked, because an earlier step stopped the declaration, and whoever could not decide, is *unknown*.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.domain.finding import Finding
from gateway.domain.itinerary import CustomsOffice, Itinerary
from gateway.markup import tree

UNDECIDED = "-unknown"
"""How the code of a finding ends that nobody could decide: never a pass."""

STOPS_MAX = 64
"""How many offices of a declaration that nobody checked yet are looked at."""

_CODE_LENGTH_MAX = 17
_PLACES = "/Declaration/Itinerary/Office["


class Word(StrEnum):
    """What an office says."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenStop:
    """One office on the way, as far as it is known: ``office`` is None if nobody knows the code."""

    sequence: int
    code: str
    role: str
    office: CustomsOffice | None
    expected_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeVerdict:
    """What one office says, and the findings it says it with."""

    stop: SeenStop
    word: Word
    findings: tuple[Finding, ...]


def glance(root: tree.Element, offices: Mapping[str, CustomsOffice]) -> tuple[SeenStop, ...]:
    """Return the offices that an unchecked declaration names, in its own order."""
    declared = tree.elements(root, "d:Itinerary/d:Office")[:STOPS_MAX]
    codes = [tree.text(one, "d:ID")[:_CODE_LENGTH_MAX] for one in declared]
    return tuple(
        SeenStop(
            sequence=place,
            code=code,
            role=tree.text(one, "d:RoleCode")[:_CODE_LENGTH_MAX],
            office=offices.get(code),
        )
        for place, (one, code) in enumerate(zip(declared, codes, strict=True), start=1)
    )


def planned_stops(itinerary: Itinerary) -> tuple[SeenStop, ...]:
    """Return the stops of an itinerary."""
    return tuple(
        SeenStop(
            sequence=stop.sequence,
            code=stop.office.code,
            role=stop.role.value,
            office=stop.office,
            expected_at=stop.expected_at,
        )
        for stop in itinerary.stops
    )


def verdicts(
    stops: Iterable[SeenStop], findings: Iterable[Finding], *, asked: bool
) -> tuple[OfficeVerdict, ...]:
    """Say for every stop what its office says; ``asked`` if intake got as far as asking them."""
    told = tuple(findings)
    return tuple(_verdict(stop, _of(stop, told), asked=asked) for stop in stops)


def _of(stop: SeenStop, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return what concerns one stop: what points at its place, else what names its office."""
    place = f"{_PLACES}{stop.sequence}]"
    return tuple(
        one
        for one in findings
        if (
            one.pointer == place or one.pointer.startswith(f"{place}/")
            if one.pointer.startswith(_PLACES)
            else stop.code in one.offices
        )
    )


def _verdict(stop: SeenStop, findings: tuple[Finding, ...], *, asked: bool) -> OfficeVerdict:
    if any(one.refuses for one in findings):
        word = Word.FAIL
    elif not asked or any(one.code.endswith(UNDECIDED) for one in findings):
        word = Word.UNKNOWN
    else:
        word = Word.PASS
    return OfficeVerdict(stop=stop, word=word, findings=findings)
