"""A group of declarations: kept as a whole, then told member by member what became of each.

Taking a member in is submitting it; what joins the two is :mod:`gateway.groups`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from gateway import register
from gateway.audit.entry import EntryKind
from gateway.domain.errors import InConflict, NotFound
from gateway.domain.finding import Finding, Refusal
from gateway.domain.group import Group, GroupMode, Member, MemberState
from gateway.domain.page import Page, page_of
from gateway.domain.records import Change, Lost, Principal
from gateway.markup import signature
from gateway.pipeline.convert import media_type
from gateway.ports import Ports

RESTING = timedelta(seconds=30)
"""A group nobody dealt with for so long was left by whoever took it in: others go on with it."""

GROUPS_MAX = 200


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file of a group: its name, its bytes, and what speaks against it (codes)."""

    name: str
    content: bytes
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A group and its members in their order."""

    group: Group
    members: tuple[Member, ...]

    def many(self, state: MemberState) -> int:
        """Count the members in a state."""
        return sum(one.state is state for one in self.members)


def group_id(caller: Principal, key: str) -> str:
    """Return the id of what a caller hands in under a key: the same for a repeat."""
    return "grp_" + sha256(f"{caller.tenant}\0{caller.id}\0{key}".encode()).hexdigest()[:32]


def digest_of(mode: str, files: Iterable[tuple[str, bytes]]) -> str:
    """Return the digest by which a repeat is recognised: mode, names, and what each file declares.

    Signatures are left out: who signs the same once more hands in other bytes.
    """
    whole = sha256(mode.encode())
    for name, content in files:
        whole.update(sha256(name.encode()).digest() + sha256(_declared(content)).digest())
    return whole.hexdigest()


def _declared(content: bytes) -> bytes:
    try:
        return signature.canonical_unsigned(content)
    except Refusal:
        return content


def known(ports: Ports, caller: Principal, key: str, digest: str) -> Standing | None:
    """Return the group that was handed in before under that key.

    Raises:
        InConflict: ``idempotency.other-body``.
    """
    group = ports.store.group(group_id(caller, key))
    if group is None:
        return None
    if group.digest != digest:
        raise InConflict(Finding(code="idempotency.other-body", value=key))
    return Standing(group, ports.store.members(group.id))


def stage(
    ports: Ports, caller: Principal, key: str, mode: GroupMode, files: Sequence[Sheet]
) -> Standing:
    """Keep a group: every file, and which of them are to be taken in, in one change.

    Raises:
        InConflict: the key was used for something else, or just now by somebody else.
    """
    for _ in range(register.TRIES_MAX):
        standing, change = _staged(ports, caller, key, mode, files)
        try:
            ports.store.commit(change)
        except Lost:
            if found := known(ports, caller, key, standing.group.digest):
                return found
        else:
            return standing
    raise InConflict(Finding(code="group.busy", value=key))


def _staged(
    ports: Ports, caller: Principal, key: str, mode: GroupMode, files: Sequence[Sheet]
) -> tuple[Standing, Change]:
    """Return a group as it will stand, and the change that keeps it."""
    digest = digest_of(mode, ((one.name, one.content) for one in files))
    now = ports.clock.now()
    name = group_id(caller, key)
    writing = register.Writing(ports, caller.tenant, now)
    members = [
        Member(
            id=f"{name}/{place}",
            group=name,
            place=place,
            name=one.name,
            body=writing.body(one.content, media_type(one.content)).digest,
            state=MemberState.REFUSED if one.codes else MemberState.STAGED,
            codes=one.codes,
        )
        for place, one in enumerate(files, start=1)
    ]
    group = Group(
        id=name,
        tenant=caller.tenant,
        caller=caller.id,
        mode=mode,
        digest=digest,
        size=len(members),
        open=any(one.state is MemberState.STAGED for one in members),
        staged_at=now,
        touched_at=now,
    )
    writing.insert(group)
    for member in members:
        writing.insert(member)
    writing.entry(
        EntryKind.STAGED,
        facts={
            "caller": caller.id,
            "group": name,
            "mode": mode.value,
            "size": group.size,
            "refused": sum(one.state is MemberState.REFUSED for one in members),
            "digest": digest,
        },
    )
    return Standing(group, tuple(members)), writing.change()


def told(
    ports: Ports, group: Group, member: Member, movement: str, codes: tuple[str, ...]
) -> Member:
    """Write down what became of a member; whoever did it first is right.

    Only rows about rows: the movement, or the refusal, has its log entry already.
    """
    state = MemberState.TAKEN if movement else MemberState.REFUSED
    after = replace(member, state=state, movement=movement, codes=codes)
    writing = register.Writing(ports, group.tenant, ports.clock.now())
    values = {"state": state, "movement": movement, "codes": codes}
    writing.update("group_members", member.id, values, {"state": MemberState.STAGED})
    writing.update("groups", group.id, {"touched_at": writing.at})
    try:
        ports.store.commit(writing.change())
    except Lost:
        found = (one for one in ports.store.members(group.id) if one.id == member.id)
        return next(found, after)
    return after


def close(ports: Ports, group: Group) -> None:
    """Say that nothing of a group is left to be taken in; doing it twice changes nothing."""
    if any(one.state is MemberState.STAGED for one in ports.store.members(group.id)):
        return
    writing = register.Writing(ports, group.tenant, ports.clock.now())
    writing.update("groups", group.id, {"open": False, "touched_at": writing.at})
    ports.store.commit(writing.change())


def standing(ports: Ports, tenant: str, group: str) -> Standing:
    """Return a group as it stands.

    Raises:
        NotFound: ``group.unknown``.
    """
    return Standing(_group(ports, tenant, group), ports.store.members(group))


def _group(ports: Ports, tenant: str, group: str) -> Group:
    found = ports.store.group(group)
    if found is None or found.tenant != tenant:
        raise NotFound(Finding(code="group.unknown", value=group))
    return found


def listed(ports: Ports, tenant: str, *, after: str = "", limit: int = 50) -> Page[Standing]:
    """Return a page of a tenant's groups, newest first, after the one of that id.

    Raises:
        NotFound: ``group.unknown``.
    """
    seen = _group(ports, tenant, after) if after else None
    page = page_of(ports.store.groups(tenant, limit + 1, behind=seen), limit, lambda one: one.id)
    return page.of(lambda one: Standing(one, ports.store.members(one.id)))


def resting(ports: Ports, now: datetime) -> tuple[str, ...]:
    """Return the open groups that nobody deals with."""
    return tuple(one.id for one in ports.store.groups_resting(now - RESTING, GROUPS_MAX))
