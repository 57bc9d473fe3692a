"""Groups of declarations in every store: kept, found again, closed."""

from dataclasses import replace

import pytest

from gateway.domain.group import Group, GroupMode, Member, MemberState
from gateway.domain.records import Change, Lost, Update
from tests.contract import records as r
from tests.contract.records import inserted, later

GROUP = Group(
    id="grp_1",
    tenant="ten_1",
    caller="prn_1",
    mode=GroupMode.BEST,
    digest="a" * 64,
    size=2,
    open=True,
    staged_at=r.AT,
    touched_at=r.AT,
)
MEMBER = Member(
    id="grp_1/1",
    group="grp_1",
    place=1,
    name="车厢-1.xml",
    body="b" * 64,
    state=MemberState.STAGED,
)


def test_a_group_and_its_members(store):
    second = replace(MEMBER, id="grp_1/2", place=2, codes=("xsd.pattern", "rule.x"))
    other = replace(GROUP, id="grp_2", tenant="ten_2")
    newer = replace(GROUP, id="grp_3", staged_at=later(5), touched_at=later(5), open=False)
    store.commit(inserted(GROUP, second, MEMBER, other, newer))
    assert store.group("grp_1") == GROUP
    assert store.group("grp_x") is None
    assert store.members("grp_1") == (MEMBER, second)
    assert store.groups("ten_1", 9) == (newer, GROUP)
    assert store.groups("ten_1", 1) == (newer,)


def test_groups_behind_one(store):
    """Newest first, those of one moment by their ids."""
    own = [replace(GROUP, id=f"grp_{one}", staged_at=later(one // 2)) for one in range(5)]
    store.commit(inserted(*own, replace(GROUP, id="grp_9", tenant="ten_2")))
    assert store.groups("ten_1", 9) == tuple(reversed(own))
    for place, one in enumerate(own):
        assert store.groups("ten_1", 9, behind=one) == tuple(reversed(own[:place]))
    assert store.groups("ten_1", 1, behind=own[3]) == (own[2],)


def test_groups_left_are_found_the_longest_left_first(store):
    groups = [
        replace(GROUP, id=f"grp_{place}", touched_at=later(seconds), open=left)
        for place, (seconds, left) in enumerate([(3, True), (1, True), (2, False), (9, True)])
    ]
    store.commit(inserted(*groups))
    assert [one.id for one in store.groups_resting(later(5), 9)] == ["grp_1", "grp_0"]
    assert [one.id for one in store.groups_resting(later(5), 1)] == ["grp_1"]


def test_a_member_is_dealt_with_once(store):
    store.commit(inserted(GROUP, MEMBER))
    taken = Update(
        table="group_members",
        key=MEMBER.id,
        values={"state": MemberState.TAKEN, "movement": "26CN4F7K2M9PQR8TJ3", "codes": ("x",)},
        expect={"state": MemberState.STAGED},
    )
    touched = Update(table="groups", key=GROUP.id, values={"touched_at": later(7), "open": False})
    store.commit(Change((taken, touched)))
    with pytest.raises(Lost):
        store.commit(Change((taken, touched)))
    assert store.members("grp_1") == (
        replace(MEMBER, state=MemberState.TAKEN, movement="26CN4F7K2M9PQR8TJ3", codes=("x",)),
    )
    assert store.group("grp_1") == replace(GROUP, touched_at=later(7), open=False)
