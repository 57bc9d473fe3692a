"""Round a closure: planned as a difference per movement, confirmed, carried out, or undone before.

A diversion is a changed declaration. Where the declarant gave the gateway a mandate it is signed
under that; where not, it is prepared for the declarant to sign. Planning sends nothing: every
changed declaration is put to every office on its way, dry.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from gateway import register
from gateway.domain.closure import (
    Closure,
    ClosureState,
    Diversion,
    DiversionState,
    crossing,
    swaps_of,
    ways_round,
    why_not,
)
from gateway.domain.crossings import Pair
from gateway.domain.errors import GatewayError, InConflict, NotFound, Refused
from gateway.domain.finding import Finding, Refusal, Severity
from gateway.domain.records import Change, Lost, Principal, Update
from gateway.domain.trust import Signatory, Signer
from gateway.markup import safe, signature
from gateway.pipeline.read import read_declaration
from gateway.pipeline.reroute import rerouted
from gateway.ports import Ports
from gateway.usecases import closure as keeping
from gateway.usecases.amend import Amendment, Reason, amend, foresee
from gateway.usecases.closure import Hit

DUE_MAX = 50
REFUSING = (Severity.FATAL, Severity.ERROR)
PUT_OFF = timedelta(minutes=1)
GRACE = timedelta(minutes=5)
"""How long a confirmed plan can be undone before it is carried out, where nobody says otherwise."""

Seen = Callable[[int], None]
"""Told how many movements were looked at."""

Swaps = tuple[tuple[str, str], ...]


def _nobody(_done: int) -> None:
    """Nobody looks."""


# ------------------------------------------------------------------ planning


def plan(
    ports: Ports, caller: Principal, name: str, via: Pair | None = None, *, seen: Seen = _nobody
) -> tuple[Diversion, ...]:
    """Propose a way round for every movement that a closure meets; nothing is sent.

    ``via`` names the crossing to take; else those that admit goods and permits are tried in turn.
    What was confirmed or carried out before stays as it is, as does whatever somebody else moves
    while this is worked out; who is met no more needs no diversion.

    Raises:
        NotFound: ``closure.unknown``, ``office.unknown``.
    """
    closure = keeping.closure_of(ports, caller.tenant, name)
    _check_known(ports, via)
    known = {one.movement: one for one in ports.store.diversions(closure.id)}
    met = set()
    for done, one in enumerate(keeping.hits(ports, closure), start=1):
        reference = one.loaded.record.reference
        met.add(reference)
        before = known.get(reference)
        if before is None or before.state not in (DiversionState.CONFIRMED, DiversionState.DONE):
            diversion, raw = _proposed(ports, caller, closure, one, via)
            with contextlib.suppress(InConflict):  # the others' ways round do not wait for it
                keeping.keep(ports, closure, diversion, before, raw)
        seen(done)
    gone = (one for reference, one in known.items() if reference not in met)
    _settle(ports, caller, closure, gone)
    return ports.store.diversions(closure.id)


def _check_known(ports: Ports, via: Pair | None) -> None:
    offices = register.all_offices(ports)
    for code in via or ():
        if code not in offices:
            raise NotFound(Finding(code="office.unknown", value=code))


def _settle(ports: Ports, caller: Principal, closure: Closure, gone: Iterable[Diversion]) -> None:
    """Close what was planned for movements that are met no more: they went, or were diverted.

    ``gone`` are the rows as they stood before it was asked who is met: one that was proposed since
    is another plan's, which met its movement.
    """
    moved = [
        (one, replace(one, state=DiversionState.DONE if awaited else DiversionState.UNDONE))
        for one in gone
        if (awaited := one.state is DiversionState.AWAITING)
        or one.state in (DiversionState.PROPOSED, DiversionState.NO_WAY)
    ]
    keeping.move_on(ports, caller, closure, keeping.PLANNED, moved)


def _proposed(
    ports: Ports, caller: Principal, closure: Closure, one: Hit, via: Pair | None
) -> tuple[Diversion, bytes]:
    """Return the first way that every office on it would take, with the changed declaration."""
    reference, declared = one.loaded.record.reference, _declared(ports, one)
    blank = Diversion(
        id=f"{closure.id}/{reference}",
        tenant=closure.tenant,
        closure=closure.id,
        movement=reference,
        swaps=(),
        told=(),
        later=(),
        dropped=(),
        codes=("closure.no-crossing",),
        declaration="",
        state=DiversionState.NO_WAY,
        by=caller.id,
    )
    against: list[Finding] = []
    for swaps in _ways(ports, closure, one, via):
        raw = rerouted(declared, swaps)
        amendment = Amendment(raw=raw, reason=Reason(text=closure.reason))
        try:
            seen = foresee(ports, one.loaded, amendment)
        except Refused as refused:
            against += [found for found in refused.findings if found.severity in REFUSING]
            continue
        told = replace(
            blank,
            swaps=swaps,
            told=seen.told,
            later=seen.later,
            dropped=seen.dropped,
            codes=(),
            declaration=sha256(raw).hexdigest(),
            state=DiversionState.PROPOSED,
        )
        return told, raw
    return replace(blank, codes=why_not(against) or blank.codes), b""


def _ways(ports: Ports, closure: Closure, one: Hit, via: Pair | None) -> Iterator[Swaps]:
    """Yield which offices would take the place of which, way by way."""
    old = crossing(one.stop, one.loaded.subject.itinerary)
    if old is None:
        return
    shut = register.closed_of(ports, closure.tenant).beside(closure).shut_during(closure)
    crossings = ports.packs.crossings()
    offices = register.all_offices(ports)
    found = (via,) if via else ways_round(one.stop, one.journey, crossings, offices, shut)
    yield from (swaps_of(old, new) for new in found)


def _declared(ports: Ports, one: Hit) -> bytes:
    body = ports.store.body(one.loaded.record.declaration)
    if body is None:
        raise NotFound(Finding(code="movement.body-erased", value=one.loaded.record.reference))
    return body.content


# ------------------------------------------------------------------ deciding


def apply(
    ports: Ports, caller: Principal, name: str, grace: timedelta = GRACE
) -> tuple[Diversion, ...]:
    """Confirm what is proposed: it is carried out after ``grace``, and can be undone until then.

    Without a mandate of its declarant a diversion awaits a signature instead.

    Raises:
        NotFound: ``closure.unknown``.
        InConflict: ``closure.not-confirmed``: an office announced it, and nobody confirmed that;
            ``closure.settled``: it was dismissed.
    """
    closure = keeping.standing_closure_of(ports, caller.tenant, name)
    now = ports.clock.now()
    moved = []
    for one in ports.store.diversions(closure.id):
        if one.state is not DiversionState.PROPOSED:
            continue
        held = _signer(ports, one) is not None
        state = DiversionState.CONFIRMED if held else DiversionState.AWAITING
        due = now + grace if held else None
        moved.append((one, replace(one, state=state, due_at=due, by=caller.id)))
    keeping.move_on(ports, caller, closure, "closure-applied", moved)
    return ports.store.diversions(closure.id)


def undo(ports: Ports, caller: Principal, name: str) -> tuple[Diversion, ...]:
    """Take back whatever was not carried out yet; nobody was told of it.

    What was confirmed or put off meanwhile is looked at again: it was not carried out either.

    Raises:
        NotFound: ``closure.unknown``.
    """
    closure = keeping.closure_of(ports, caller.tenant, name)
    for _ in range(register.TRIES_MAX):
        moved = [
            (one, replace(one, state=DiversionState.UNDONE, due_at=None))
            for one in ports.store.diversions(closure.id)
            if one.state in keeping.OPEN
        ]
        if keeping.move_on(ports, caller, closure, "closure-undone", moved) == len(moved):
            break
    return ports.store.diversions(closure.id)


def declaration_of(ports: Ports, caller: Principal, name: str, movement: str) -> bytes:
    """Return the changed declaration of one movement, for its declarant to sign.

    Raises:
        NotFound: ``closure.unknown``, ``closure.not-planned``.
    """
    closure = keeping.closure_of(ports, caller.tenant, name)
    found = ports.store.diversion(f"{closure.id}/{movement}")
    body = ports.store.body(found.declaration) if found and found.declaration else None
    if body is None:
        raise NotFound(Finding(code="closure.not-planned", value=movement))
    return body.content


def _signer(ports: Ports, one: Diversion) -> Signer | None:
    """Return the declarant's key if it is held under a mandate, and both stand.

    The changed declaration has the declarant of the one it replaces; another one would be refused.
    """
    body = ports.store.body(one.declaration)
    if body is None:
        return None
    declarant = read_declaration(safe.parse(body.content, safe.Limits())).declarant
    trust, now = ports.store.trust(one.tenant), ports.clock.now()
    for scheme, identifier in declarant.ids if declarant else ():
        for signatory in (Signatory.EXPORTER, Signatory.IMPORTER, Signatory.BROKER):
            signer = register.mandated(ports, trust, f"{scheme}:{identifier}", signatory, now)
            if signer is not None:
                return signer
    return None


# ------------------------------------------------------------------ carrying out


def due(ports: Ports) -> tuple[str, ...]:
    """Return the closures round which something has to be carried out now."""
    found = ports.store.diversions_due(ports.clock.now(), DUE_MAX)
    return tuple(dict.fromkeys(one.closure for one in found))


def go_on(ports: Ports, closure: str, stopping: Callable[[], bool] = lambda: False) -> int:
    """Carry out what is due of a closure's plan; return how many movements were diverted here.

    Each is one change with the row that says so: whoever undoes it or carries it out at the same
    moment wins or loses whole. What nobody foresaw of one is raised when it was put off.
    """
    count = 0
    for one in ports.store.diversions_due(ports.clock.now(), DUE_MAX):
        if stopping():
            break
        if one.closure == closure:
            count += _carry_out(ports, one)
    return count


def _carry_out(ports: Ports, one: Diversion) -> bool:
    try:
        caller, new = _signed(ports, one)
        amend(ports, caller, one.movement, new, idempotency_key=one.id)
    except (Refused, Refusal) as refused:
        values = {"codes": why_not(refused.findings), "due_at": None}
        _write(ports, one, {"state": DiversionState.REFUSED, **values})
        return False
    except Exception as trouble:
        _write(ports, one, {"due_at": ports.clock.now() + PUT_OFF})
        if not isinstance(trouble, GatewayError):  # nobody foresaw it, so the program's log tells
            raise
        return False
    return True


def _signed(ports: Ports, one: Diversion) -> tuple[Principal, Amendment]:
    """Return who confirmed it, and the changed declaration signed under the mandate.

    It is changed as it now stands: what was replaced since it was planned is not put back, and
    what is replaced while it is signed makes it conflict.

    Raises:
        Refused: ``closure.mandate-gone``, also where what it needs was erased.
    """
    caller, closure = ports.store.principal(one.by), ports.store.closure(one.closure)
    record, signer = ports.store.movement(one.movement), _signer(ports, one)
    body = ports.store.body(record.declaration) if record else None
    if body is None or caller is None or closure is None or signer is None:
        raise Refused(Finding(code="closure.mandate-gone", value=one.movement))
    done = Update(
        table="diversions",
        key=one.id,
        values={"state": DiversionState.DONE, "due_at": None},
        expect=keeping.as_shown(one),
    )
    raw = signature.sign(rerouted(body.content, one.swaps), signer, ports.clock.now())
    why = Reason(text=closure.reason)
    return caller, Amendment(raw=raw, reason=why, beside=(done,), replacing=body.digest)


def _write(ports: Ports, one: Diversion, values: Mapping[str, object]) -> None:
    step = Update(table="diversions", key=one.id, values=values, expect=keeping.as_shown(one))
    with contextlib.suppress(Lost):  # it was undone, or carried out elsewhere
        ports.store.commit(Change((step,)))


# ------------------------------------------------------------------ as every face spells it


def closure_shape(closure: Closure, diversions: Iterable[Diversion] = ()) -> dict[str, Any]:
    """Return a closure with its plan."""
    return {
        "id": closure.id,
        "office": closure.office,
        "lane": closure.lane,
        "state": closure.state.value,
        "from": _spelled(closure.from_at),
        "until": _spelled(closure.until_at),
        "planned": closure.planned,
        "reason": closure.reason,
        "by": closure.by,
        "movements": [_diversion_shape(one) for one in diversions],
    }


def _diversion_shape(one: Diversion) -> dict[str, Any]:
    return {
        "movement": one.movement,
        "state": one.state.value,
        "instead": dict(one.swaps),
        "told": list(one.told),
        "told_later": list(one.later),
        "told_no_more": list(one.dropped),
        "codes": list(dict.fromkeys(told.rpartition(" ")[2] for told in one.codes)),
        "why_not": list(one.codes),
        "due_at": _spelled(one.due_at),
    }


def _spelled(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at is not None else None


def obey(
    ports: Ports, caller: Principal, name: str, act: str, told: Mapping[str, Any]
) -> dict[str, Any]:
    """Do what a face asks about a closure; return it with its plan as they then stand.

    ``told``: ``via`` (``EXIT:ENTRY``) for *plan*, ``grace_seconds`` for *apply*.

    Raises:
        NotFound, Refused, InConflict: as the acts say; ``closure.not-a-way``.
    """
    match act:
        case "plan":
            plan(ports, caller, name, way_of(str(told.get("via") or "")))
        case "apply":
            apply(ports, caller, name, timedelta(seconds=int(told.get("grace_seconds") or 0)))
        case "undo" | "end":  # nobody goes round an office that is open again
            undo(ports, caller, name)
            if act == "end":
                keeping.end_closure(ports, caller, name)
        case "confirm":
            keeping.settle(ports, caller, name, ClosureState.STANDING)
        case "dismiss":
            keeping.settle(ports, caller, name, ClosureState.DISMISSED)
        case _:
            pass  # shown as it stands
    closure = keeping.closure_of(ports, caller.tenant, name)
    return closure_shape(closure, ports.store.diversions(closure.id))


def way_of(spelled: str) -> Pair | None:
    """Return a crossing spelled ``EXIT:ENTRY``, None for the empty text.

    Raises:
        Refused: ``closure.not-a-way``.
    """
    if not spelled:
        return None
    one, _, other = spelled.partition(":")
    if not (one and other):
        raise Refused(Finding(code="closure.not-a-way", value=spelled))
    return one, other
