"""Many declarations handed in together: all, none or some of them, whoever dies in between."""

from dataclasses import replace
from pathlib import Path

import pytest

from gateway import groups
from gateway.domain.errors import InConflict, NotFound, Refused
from gateway.domain.finding import Severity
from gateway.domain.group import GroupMode, MemberState
from gateway.pipeline.convert import fill_placeholders
from gateway.usecases import group as keeping
from tests.mortal import Died, Mortal
from tests.world import World

OWN_TRANSIT = Path(__file__).parent / "interop" / "own" / "plain.xml"
LRN = "CQ-2026-000117"
SPOILT = ("bad.xml", b"<Declaration/>")


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("groups"))
    yield world
    world.close()


@pytest.fixture
def world(begun, tmp_path):
    copied = begun.copied(tmp_path)
    yield copied
    copied.close()


def _files(world: World, *names: str, **texts: dict[str, str]) -> list[tuple[str, bytes]]:
    return [
        (f"{name}.xml", world.declaration(texts={LRN: f"TRAIN-{name}", **texts.get(name, {})}))
        for name in names
    ]


def _hand_in(world: World, files, mode=GroupMode.ALL, key="train-1"):
    return groups.hand_in(world.ports, world.exporter, files, mode, idempotency_key=key)


def _states(standing) -> list[MemberState]:
    return [one.state for one in standing.members]


def test_staging_sends_nothing_and_taking_in_gives_each_its_movement(world):
    standing, findings = _hand_in(world, _files(world, "a", "b", "c"))
    assert _states(standing) == [MemberState.STAGED] * 3
    assert not any(one.refuses for one in findings)
    assert world.store.movements("default") == ()
    done = groups.take_in(world.ports, standing.group)
    assert _states(done) == [MemberState.TAKEN] * 3
    assert not done.group.open
    taken = {one.name: world.store.movement(one.movement).lrn for one in done.members}
    assert taken == {f"{name}.xml": f"TRAIN-{name}" for name in "abc"}
    told = groups.spelled(world.ports, done)
    assert (told["taken_in"], told["refused"], told["staged"]) == (3, 0, 0)
    assert {one["movement_state"] for one in told["members"]} == {"lodged"}


def test_a_group_signed_once_more_is_the_group_there_is(world):
    first, _ = _hand_in(world, _files(world, "a", "b"))
    world.clock.forward(seconds=1)
    again, _ = _hand_in(world, _files(world, "a", "b"))
    assert again.group.id == first.group.id
    with pytest.raises(InConflict):
        _hand_in(world, _files(world, "a", "c"))


def test_all_or_nothing_keeps_nothing_where_one_is_not_in_order(world):
    world.store.sequence("test")
    size = world.store.log_size()
    with pytest.raises(Refused) as refused:
        _hand_in(world, [*_files(world, "a"), SPOILT])
    pointers = {one.pointer.partition("#")[0] for one in refused.value.findings if one.refuses}
    assert pointers == {"bad.xml"}
    assert keeping.listed(world.ports, "default").rows == ()
    world.store.sequence("test")
    assert (world.store.movements("default"), world.store.log_size()) == ((), size)


def test_all_or_nothing_keeps_nothing_where_the_caller_may_not_hand_one_in(world):
    unsigned = fill_placeholders(OWN_TRANSIT.read_bytes(), world.clock.now())
    files = [*_files(world, "a"), ("transit.xml", unsigned)]
    stranger = replace(world.exporter, id="stranger", party=world.parties["carrier"])
    with pytest.raises(Refused) as refused:
        groups.hand_in(world.ports, stranger, files, GroupMode.ALL, idempotency_key="k1")
    told = [(one.code, one.pointer) for one in refused.value.findings if one.refuses]
    assert told == [("signature.missing", "transit.xml#")]
    assert world.store.movements("default") == ()


def test_what_refuses_comes_first_and_information_is_told_once(world):
    """Every file said the same again, and what was wrong stood below it all."""
    files = _files(world, "a", "b", "c")
    with pytest.raises(Refused) as refused:
        _hand_in(world, [*files, ("bad.xml", b"<no/>")])
    found = refused.value.findings
    order = [list(Severity).index(one.severity) for one in found]
    assert order == sorted(order)
    assert found[0].pointer.startswith("bad.xml#")
    told = [one for one in found if one.severity is Severity.INFORMATION]
    alike = [one for one in told if one.code == "group.alike"]
    first = [(one.code, one.offices) for one in told if one not in alike]
    assert first
    assert len(first) == len({*first})
    counted = {(one.value, one.offices): dict(one.args)["count"] for one in alike}
    assert counted == dict.fromkeys(first, "2")


def test_best_effort_leaves_out_what_is_not_in_order(world):
    files = [SPOILT, *_files(world, "a", "b")]
    standing, findings = _hand_in(world, files, GroupMode.BEST)
    assert _states(standing) == [MemberState.REFUSED, MemberState.STAGED, MemberState.STAGED]
    assert standing.members[0].codes
    assert {one.pointer.partition("#")[0] for one in findings if one.refuses} == {"bad.xml"}
    done = groups.take_in(world.ports, standing.group)
    assert done.many(MemberState.TAKEN) == 2


@pytest.mark.parametrize("mode", GroupMode)
def test_where_nothing_is_in_order_nothing_is_kept(world, mode):
    with pytest.raises(Refused):
        _hand_in(world, [SPOILT], mode)
    assert keeping.listed(world.ports, "default").rows == ()


@pytest.mark.parametrize("name", ["one.xml", "two.xml"])
def test_one_reference_number_is_one_declaration(world, name):
    twice = [(name, _files(world, "a")[0][1]), ("two.xml", _files(world, "a")[0][1])]
    with pytest.raises(Refused) as refused:
        _hand_in(world, twice)
    (found,) = [one for one in refused.value.findings if one.refuses]
    assert (found.code, found.pointer) == (
        "group.same-reference",
        "two.xml#/Declaration/FunctionalReferenceID",
    )


def test_a_reference_number_in_use_is_found_before_anything_is_kept(world):
    world.submit(world.declaration(texts={LRN: "TRAIN-a"} | _other()))
    with pytest.raises(Refused) as refused:
        _hand_in(world, _files(world, "a", "b"))
    found = [one for one in refused.value.findings if one.refuses]
    assert [one.code for one in found] == ["declaration.duplicate-reference"]


def _other() -> dict[str, str]:
    return {"CQ8801172": "CQ8801173"}


@pytest.mark.parametrize(
    ("files", "code"), [(0, "group.empty"), (groups.FILES_MAX + 1, "group.too-many")]
)
def test_sizes(world, files, code):
    with pytest.raises(Refused) as refused:
        _hand_in(world, [("x.xml", b"")] * files)
    assert [one.code for one in refused.value.findings] == [code]


def test_a_repeat_is_the_same_group(world):
    files = _files(world, "a", "b")
    first, _ = _hand_in(world, files)
    groups.take_in(world.ports, first.group)
    again, findings = _hand_in(world, files)
    assert (again.group.id, findings) == (first.group.id, ())
    assert _states(again) == [MemberState.TAKEN] * 2
    with pytest.raises(InConflict):
        _hand_in(world, files[:1])
    other, _ = _hand_in(world, files[:1], key="train-2")  # known by its signed content
    done = groups.take_in(world.ports, other.group)
    assert done.members[0].movement == again.members[0].movement


@pytest.mark.full
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 6))
def test_whoever_dies_leaves_rows_and_others_go_on(world, at, after):
    """Two members: change 1 and 3 take one in, 2 and 4 say so, 5 closes the group."""
    standing, _ = _hand_in(world, _files(world, "a", "b"))
    mortal = replace(world.ports, store=Mortal(world.store, at, after=after))
    with pytest.raises(Died):
        groups.take_in(mortal, standing.group)
    assert keeping.resting(world.ports, world.clock.now()) == ()  # it may still be at it
    world.clock.forward(seconds=31)
    left = keeping.resting(world.ports, world.clock.now())
    assert left == (() if (at, after) == (5, True) else (standing.group.id,))
    for group in left:
        assert groups.go_on(world.ports, group) == 2
    done = keeping.standing(world.ports, "default", standing.group.id)
    assert _states(done) == [MemberState.TAKEN] * 2
    assert len(world.store.movements("default")) == 2
    assert not done.group.open


def test_what_became_wrong_meanwhile_is_refused_and_seen(world):
    standing, _ = _hand_in(world, _files(world, "a", "b"))
    world.submit(world.declaration(texts={LRN: "TRAIN-b"} | _other()))
    done = groups.take_in(world.ports, standing.group)
    assert _states(done) == [MemberState.TAKEN, MemberState.REFUSED]
    assert done.members[1].codes == ("declaration.duplicate-reference",)


class Stumbling:
    """A store over which nobody foresaw that we stumble: at the bytes of one digest."""

    def __init__(self, store, digest) -> None:
        self._store, self._digest = store, digest

    def __getattr__(self, name):
        return getattr(self._store, name)

    def body(self, digest):
        if digest == self._digest:
            raise ValueError("nobody foresaw this")
        return self._store.body(digest)


def test_what_nobody_foresaw_of_one_file_is_raised_and_holds_up_no_other(world):
    standing, _ = _hand_in(world, _files(world, "a", "b", "c"))
    stumbling = Stumbling(world.store, standing.members[1].body)
    with pytest.raises(ValueError, match="nobody foresaw this"):
        groups.take_in(replace(world.ports, store=stumbling), standing.group)
    left = keeping.standing(world.ports, "default", standing.group.id)
    assert _states(left) == [MemberState.TAKEN, MemberState.STAGED, MemberState.TAKEN]
    assert left.group.open
    assert groups.go_on(world.ports, standing.group.id) == 3  # once it is mended


def test_who_is_stopped_leaves_the_rest(world):
    standing, _ = _hand_in(world, _files(world, "a", "b"))
    done = groups.take_in(world.ports, standing.group, stop=lambda: True)
    assert _states(done) == [MemberState.STAGED] * 2
    assert done.group.open


def test_another_tenant_does_not_see_it(world):
    standing, _ = _hand_in(world, _files(world, "a"))
    with pytest.raises(NotFound):
        keeping.standing(world.ports, "other", standing.group.id)
    assert groups.go_on(world.ports, "grp_unknown") == 0
