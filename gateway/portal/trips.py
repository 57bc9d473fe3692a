"""Trip pages: the list, and one vehicle or train: its load, where it stands, what it lacks."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter, Response

from gateway.domain.finding import Catalogue, Finding
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.lane import Signal
from gateway.domain.trip_state import TripStanding, TripState
from gateway.portal.columns import clock, reason, zoned
from gateway.portal.desk import Member
from gateway.portal.listing import ROWS_MAX, Listed
from gateway.portal.movements import tenant_of
from gateway.portal.strip import Strip, strip
from gateway.portal.words import Words
from gateway.usecases.trips import (
    Aboard,
    RunView,
    TripStop,
    Wanting,
    WayAhead,
    describe_run,
    list_trips,
    look_ahead,
)

router = APIRouter(prefix="/trips")

_SIGNS = {"done": "✓", "here": "●", "ahead": "○", "trouble": "!"}
_TONES = {
    TripState.COMPLETED: "done",
    TripState.ARRIVED: "done",
    TripState.PLANNED: "ahead",
    TripState.REFUSED: "trouble",
    TripState.TURNED_BACK: "trouble",
    TripState.CANCELLED: "ahead",
}
_SAID = {"go": "done", "stop": "trouble", "refer": "unsure"}
_MISSING = {Signal.STOP: "trouble", Signal.REFER: "unsure"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TripPage:
    """Everything the trip page shows; times as the clock of the office or of UTC shows them."""

    batch: str
    state: str
    tone: str
    seen: str
    plates: tuple[str, ...]
    seals: tuple[str, ...]
    packages: int
    kilograms: str
    strip: Strip
    stops: tuple[tuple[str, str, str, str, str], ...]
    aboard: tuple[tuple[str, str, str, int, str, str], ...]
    readings: tuple[tuple[str, str, str, str], ...]
    gates: tuple[tuple[str, str, str, str, str], ...]
    lanes: tuple[tuple[str, str, tuple[tuple[str, str, str], ...]], ...]
    told: tuple[tuple[str, str, str, str], ...]
    findings: tuple[tuple[str, str], ...]


@router.get("")
def trips(visit: Member, wanted: Listed) -> Response:
    """List open trips, newest first; trips of one batch lead to the same page."""
    page = list_trips(
        visit.ports, tenant_of(visit), after=wanted.after, limit=ROWS_MAX, plate=wanted.plate
    )
    rows = [
        (
            one.batch,
            *_state(standing, visit.words),
            _plates(one.plates),
            [share.movement for share in one.shares if share.packages],
        )
        for one, standing in page.rows
    ]
    return visit.page("trips.html", rows=rows, wanted=wanted, older=page.cursor)


@router.get("/{name}")
def trip(visit: Member, name: str) -> Response:
    """Show the run of a batch number, a plate or a trip's id."""
    tenant = tenant_of(visit)
    view = describe_run(visit.ports, tenant, name)
    ahead = look_ahead(visit.ports, tenant, view)
    page = trip_page(view, ahead, visit.words, visit.ports.packs.catalogue())
    return visit.page("trip.html", page=page)


def trip_page(view: RunView, ahead: WayAhead, words: Words, texts: Catalogue) -> TripPage:
    """Return the page of a run as it stands."""
    offices = {stop.office.code: stop.office for stop in ahead.stops}
    standing = view.standing
    at = offices.get(standing.office)
    seen = f"{at.name(words.language)} · {clock(standing.since, at)}" if at is not None else ""
    rows = [_place(one, words) for one in ahead.stops]
    state, tone = _state(standing, words)
    return TripPage(
        batch=view.batch,
        state=state,
        tone=tone,
        seen=seen,
        plates=_plates(view.plates),
        seals=view.seals,
        packages=view.packages,
        kilograms=f"{view.gross_mass_kg:,}",
        strip=strip(
            [
                (code, name, words.named("place", tone), tone, _SIGNS[tone])
                for code, name, _, _, tone in rows
            ],
            words("strip.trip"),
        ),
        stops=tuple(rows),
        aboard=tuple(_load(one, words) for one in view.aboard),
        readings=tuple(_readings(ahead, offices, words)),
        gates=tuple(_gates(ahead, offices, words)),
        lanes=tuple(_lane(one, words, texts) for one in ahead.lanes),
        told=tuple(_told(view, offices, words)),
        findings=tuple(_sentence(one, words, texts) for one in view.findings),
    )


def _state(standing: TripStanding, words: Words) -> tuple[str, str]:
    """Return where a trip stands, in words and as a tone."""
    return words.named("trip-state", standing.state.value), _TONES.get(standing.state, "here")


def _plates(plates: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(f"{country} {plate}" for country, plate in plates)


def _place(stop: TripStop, words: Words) -> tuple[str, str, str, str, str]:
    """Return code, name, role, expected time and how far the vehicle is with it."""
    tone = "done" if stop.behind else "here" if stop.here else "ahead"
    office = stop.office
    role = words.named("role", stop.role)
    return office.code, office.name(words.language), role, clock(stop.expected_at, office), tone


def _load(one: Aboard, words: Words) -> tuple[str, str, str, int, str, str]:
    state = words.named("movement", one.state)
    return (
        one.movement,
        one.lrn,
        state,
        one.packages,
        f"{one.gross_mass_kg:,}",
        " · ".join(_wait(told, words) for told in one.waits_for),
    )


def _wait(told: str, words: Words) -> str:
    """Say ``VN0015BB TIR: exited`` in the reader's language."""
    message, _, waits_for = told.partition(": ")
    return f"{message}: {reason(waits_for, words)}"


def _readings(
    ahead: WayAhead, offices: dict[str, CustomsOffice], words: Words
) -> Iterable[tuple[str, str, str, str]]:
    """Yield when, by what, where, how warm: the latest position and the latest temperature."""
    for one in ahead.readings:
        office = offices.get(one.place)
        place = office.name(words.language) if office is not None else ""
        if one.latitude is not None and one.longitude is not None:
            place = f"{place} {one.latitude}, {one.longitude}".strip()
        celsius = f"{one.temperature_c} °C" if one.temperature_c is not None else ""
        yield f"{one.at:%Y-%m-%d %H:%M} UTC", one.source, place, celsius


def _gates(
    ahead: WayAhead, offices: dict[str, CustomsOffice], words: Words
) -> Iterable[tuple[str, str, str, str, str]]:
    """Yield when, where, by which lane, what it said and why."""
    for one in ahead.gates:
        office = offices.get(one.office)
        if office is not None:
            said = one.fact("decision")
            word = words.named("lane", said) if said else words.named("event", one.kind.value)
            tone = _SAID.get(said, "here")
            name = f"{office.name(words.language)} {one.fact('lane')}".strip()
            yield zoned(one.at, office), name, tone, word, one.fact("reason")


def _lane(
    one: Wanting, words: Words, texts: Catalogue
) -> tuple[str, str, tuple[tuple[str, str, str], ...]]:
    """Return a lane, its office, and what keeps it from saying go."""
    lacking = tuple(
        (_MISSING.get(says, "unsure"), *_sentence(finding, words, texts))
        for says, finding in one.lacks
    )
    return one.lane.id, one.office.name(words.language), lacking


def _told(
    view: RunView, offices: dict[str, CustomsOffice], words: Words
) -> Iterable[tuple[str, str, str, str]]:
    for one in view.reports:
        office = offices.get(one.office)
        if office is not None:
            name = office.name(words.language)
            missed = ", ".join(movement for movement, _ in one.refused)
            yield words.named("event", one.kind.value), name, zoned(one.at, office), missed


def _sentence(finding: Finding, words: Words, texts: Catalogue) -> tuple[str, str]:
    text = texts.text(finding, words.language)
    return text.message, text.fix
