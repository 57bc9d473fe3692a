"""Handing a group in: everything is checked, then kept, then taken in one by one.

Staging keeps every file and sends nothing; taking in gives each its movement, in a change of its
own, so that no transaction grows with the group. Who dies in between leaves rows: any worker goes
on from there, and a member that was taken in already is recognised by its key.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from gateway.domain.errors import InConflict, NotFound, Refused, Unavailable
from gateway.domain.finding import Finding, Severity, refused
from gateway.domain.group import Group, GroupMode, Member, MemberState
from gateway.domain.records import Principal
from gateway.ports import Ports
from gateway.usecases import group as keeping
from gateway.usecases.group import Sheet, Standing
from gateway.usecases.submit import Verdict, preflight, submit

FILES_MAX = 1_000
CODES_MAX = 20

Seen = Callable[[int, int], None]
"""Told how many files of how many are done."""


def _nobody(_done: int, _every: int) -> None:
    """Nobody looks."""


def _never() -> bool:
    """Nobody asks to stop."""
    return False


def hand_in(
    ports: Ports,
    caller: Principal,
    files: Sequence[tuple[str, bytes]],
    mode: GroupMode,
    *,
    idempotency_key: str,
    seen: Seen = _nobody,
) -> tuple[Standing, tuple[Finding, ...]]:
    """Check every file as its submission would, and keep the group; nothing is sent yet.

    Returns it with all findings, whose pointers begin with the file's name: what refuses first, and
    information that many files share once, with a count. ``take_in`` goes on.

    Raises:
        Refused: all or nothing, and a file is not in order; or none is. Nothing is kept.
        InConflict: the key was used for something else.
    """
    sheets = tuple(Sheet(name, content) for name, content in files)
    _check_size(sheets)
    digest = keeping.digest_of(mode, files)
    before = keeping.known(ports, caller, idempotency_key, digest)
    if before is not None:
        return before, ()
    checked, findings = _checked(ports, caller, sheets, seen)
    wrong = [one for one in checked if one.codes]
    if wrong and (mode is GroupMode.ALL or len(wrong) == len(checked)):
        raise Refused(*findings)
    return keeping.stage(ports, caller, idempotency_key, mode, checked), findings


def _check_size(sheets: Sequence[Sheet]) -> None:
    if not sheets:
        raise Refused(Finding(code="group.empty"))
    if len(sheets) > FILES_MAX:
        args = (("most", str(FILES_MAX)),)
        raise Refused(Finding(code="group.too-many", value=str(len(sheets)), args=args))


def _checked(
    ports: Ports, caller: Principal, sheets: Sequence[Sheet], seen: Seen
) -> tuple[list[Sheet], tuple[Finding, ...]]:
    checked: list[Sheet] = []
    findings: list[Finding] = []
    references: dict[tuple[str, str], str] = {}
    for place, sheet in enumerate(sheets, start=1):
        verdict = preflight(ports, sheet.content, caller.tenant, caller=caller)
        told = (*verdict.findings, *_referred(ports, caller, verdict, references, sheet.name))
        findings += (replace(one, pointer=f"{sheet.name}#{one.pointer}") for one in told)
        codes = dict.fromkeys(one.code for one in told if one.refuses) if refused(told) else {}
        checked.append(replace(sheet, codes=tuple(codes)[:CODES_MAX]))
        seen(place, len(sheets))
    return checked, tuple(_folded(sorted(findings, key=_gravity)))


def _gravity(one: Finding) -> int:
    return list(Severity).index(one.severity)


def _folded(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield information of one code and office once, and how many more there are."""
    alike = Counter(_told(one) for one in findings if one.severity is Severity.INFORMATION)
    seen = set()
    for one in findings:
        if one.severity is not Severity.INFORMATION:
            yield one
        elif _told(one) not in seen:
            seen.add(_told(one))
            yield one
            if (more := alike[_told(one)] - 1) > 0:
                yield Finding(
                    code="group.alike",
                    severity=Severity.INFORMATION,
                    value=one.code,
                    offices=one.offices,
                    args=(("count", str(more)),),
                )


def _told(one: Finding) -> tuple[str, tuple[str, ...]]:
    return one.code, one.offices


def _referred(
    ports: Ports,
    caller: Principal,
    verdict: Verdict,
    references: dict[tuple[str, str], str],
    name: str,
) -> Iterator[Finding]:
    """Refuse a reference number that another file, or another movement, has already."""
    if not verdict.valid:
        return
    other = references.get(verdict.reference)
    references.setdefault(verdict.reference, name)
    pointer, (declarant, lrn) = "/Declaration/FunctionalReferenceID", verdict.reference
    if other is not None:  # whatever it is called: two files may bear one name
        args = (("file", other),)
        yield Finding(code="group.same-reference", pointer=pointer, value=lrn, args=args)
    record = ports.store.movement_by_lrn(caller.tenant, declarant, lrn)
    if record is not None and record.content != verdict.content:
        args = (("movement", record.reference),)
        code = "declaration.duplicate-reference"
        yield Finding(code=code, pointer=pointer, value=lrn, args=args)


def take_in(
    ports: Ports, group: Group, seen: Seen = _nobody, *, stop: Callable[[], bool] = _never
) -> Standing:
    """Give every staged member its movement, one after the other.

    Two at once do it twice, and it is done once. What became wrong since it was checked (a mandate
    revoked, an office closed) is refused, and stays to be seen in the group. ``stop`` is asked
    before each; what is left then is for others. What nobody foresaw of one stays staged, and is
    raised once the others were taken in.
    """
    caller = ports.store.principal(group.caller)
    if caller is None:
        raise NotFound(Finding(code="group.unknown", value=group.id))
    staged = [one for one in ports.store.members(group.id) if one.state is MemberState.STAGED]
    mistakes: list[Exception] = []
    for place, member in enumerate(staged, start=1):
        if stop():
            break
        try:
            movement, codes = _taken(ports, caller, member)
        except Unavailable:
            raise
        except Exception as mistake:  # noqa: BLE001 - raised below
            mistakes.append(mistake)
            continue
        keeping.told(ports, group, member, movement, codes)
        seen(place, len(staged))
    if mistakes:
        raise mistakes[0]
    keeping.close(ports, group)
    return keeping.standing(ports, group.tenant, group.id)


def _taken(ports: Ports, caller: Principal, member: Member) -> tuple[str, tuple[str, ...]]:
    body = ports.store.body(member.body)
    if body is None:
        return "", ("movement.body-erased",)
    try:
        return submit(ports, body.content, caller, idempotency_key=member.id).movement, ()
    except (Refused, InConflict) as error:
        codes = dict.fromkeys(one.code for one in error.findings if one.refuses)
        return "", tuple(codes)[:CODES_MAX]


def go_on(ports: Ports, group: str, stop: Callable[[], bool] = _never) -> int:
    """Take in what is left of a group that was left; return how many of it have a movement."""
    found = ports.store.group(group)
    if found is None or not found.open:
        return 0
    return take_in(ports, found, stop=stop).many(MemberState.TAKEN)


def spelled(ports: Ports, standing: Standing) -> dict[str, Any]:
    """Return a group as every face tells it, each member with its movement's state."""
    group = standing.group
    return {
        "group": group.id,
        "mode": group.mode.value,
        "size": group.size,
        "taken_in": standing.many(MemberState.TAKEN),
        "refused": standing.many(MemberState.REFUSED),
        "staged": standing.many(MemberState.STAGED),
        "staged_at": group.staged_at.isoformat(),
        "members": [
            {
                "place": one.place,
                "name": one.name,
                "state": one.state.value,
                "movement": one.movement,
                "movement_state": _state(ports, one.movement),
                "codes": list(one.codes),
            }
            for one in standing.members
        ],
    }


def _state(ports: Ports, movement: str) -> str:
    record = ports.store.movement(movement) if movement else None
    return record.state if record else ""
