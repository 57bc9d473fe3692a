"""A person's word in the place of a lane's: two persons, a reason, and both are logged."""

from dataclasses import replace

from gateway import register
from gateway.audit.entry import EntryKind
from gateway.domain.act import REASON_LENGTH_MAX
from gateway.domain.errors import InConflict, NotFound, Refused
from gateway.domain.event import EventKind
from gateway.domain.finding import Finding
from gateway.domain.lane import Signal
from gateway.domain.passage import Passage
from gateway.domain.records import Lost, Principal
from gateway.ports import Ports


def override(
    ports: Ports, caller: Principal, name: str, passage: str, said: tuple[Signal, str]
) -> Passage:
    """Put a person's word in the place of the lane's: one asks with a reason, another confirms.

    ``said`` is the word and why. The second call, by another principal with the same word, makes it
    count and is told to the offices; until then the lane's own word stands.

    Raises:
        NotFound: ``lane.unknown``, ``lane.no-passage``.
        NotAllowed: ``lane.not-yours``.
        Refused: ``lane.no-reason``, ``lane.same-person``, ``lane.nothing-to-override``.
        InConflict: ``lane.override-differs``, ``lane.overridden``, or somebody was faster.
    """
    lane = register.lane_of(ports, caller, name)
    known = ports.store.passage(register.passage_key(lane, passage))
    if known is None:
        raise NotFound(Finding(code="lane.no-passage", value=passage))
    asker = ports.store.principal(known.override_by)
    if asker is not None and not known.confirmed_by and _same_person(asker, caller):
        raise Refused(Finding(code="lane.same-person", value=caller.name))
    after = _overridden(known, caller, *said)
    writing = register.Writing(ports, lane.tenant, ports.clock.now())
    names = ("override_says", "override_reason", "override_by", "confirmed_by")
    values = {one: getattr(after, one) for one in names}
    before = {one: getattr(known, one) for one in ("override_by", "confirmed_by")}
    writing.update("passages", after.id, values, before)
    register.log_passage(writing, EntryKind.OVERRIDE, after)
    told = after if after.confirmed_by else replace(after, movements=())
    facts = (
        ("lane", lane.id),
        ("passage", after.id),
        ("decision", after.stands.value),
        ("reason", "override"),
    )
    seen: register.Seen = (
        (EventKind.AT_GATE, facts),
        *register.went_on(ports, lane, after, writing.at),
    )
    try:
        _, links = register.move_all(ports, writing, lane, told, (writing.at, seen))
        ports.store.commit(writing.change())
    except Lost as lost:
        raise InConflict(Finding(code="movement.busy", value=name)) from lost
    ports.wakeup.knock(links)
    return after


def _same_person(asker: Principal, caller: Principal) -> bool:
    """Tell whether who asked is who speaks now, be it by a key in the place of the old one.

    A key that was renewed counts no more; the new one bears its name under an id of its own.
    """
    return asker.id == caller.id or (asker.revoked_at is not None and asker.name == caller.name)


def _overridden(known: Passage, caller: Principal, says: Signal, reason: str) -> Passage:
    """Return the passage with the word asked for, or confirmed."""
    if known.confirmed_by:
        raise InConflict(Finding(code="lane.overridden", value=known.id))
    if not known.override_by:
        if not reason.strip():
            raise Refused(Finding(code="lane.no-reason", value=known.id))
        if says is known.stands and not known.unentitled:  # that one waits for two persons' word
            raise Refused(Finding(code="lane.nothing-to-override", value=says.value))
        return replace(
            known,
            override_says=says.value,
            override_reason=reason.strip()[:REASON_LENGTH_MAX],
            override_by=caller.id,
        )
    if known.override_says != says.value:
        args = (("asked", known.override_says),)
        raise InConflict(Finding(code="lane.override-differs", value=says.value, args=args))
    return replace(known, confirmed_by=caller.id)
