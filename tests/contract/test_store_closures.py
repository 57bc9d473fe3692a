"""Closures and diversions in the store: by tenant, by closure, by when they are due."""

from dataclasses import replace

import pytest

from gateway.domain.closure import Closure, ClosureState, Diversion, DiversionState
from gateway.domain.records import Change, Lost, Update
from tests.contract.records import AT, inserted, later

FEW = 50
CLOSURE = Closure(
    id="clo_1", tenant="ten_1", office="CN00X001", from_at=later(10), until_at=None,
    planned=True, reason="bão số 9", by="prn_1", created_at=AT, lane="yyg-3",
    state=ClosureState.PROPOSED,
)  # fmt: skip
DIVERSION = Diversion(
    id="clo_1/mov_1", tenant="ten_1", closure="clo_1", movement="mov_1",
    swaps=(("CN00X001", "CN007208"), ("VN0015BB", "VN00X002")), told=("CN007208 MT2401",),
    later=(), dropped=("VN0015BB TIR",), codes=(), declaration="d" * 64,
    state=DiversionState.CONFIRMED, by="prn_1", due_at=later(60),
)  # fmt: skip


def test_closures_are_read_back_by_tenant_earliest_first(store):
    earlier = replace(CLOSURE, id="clo_2", from_at=later(5), until_at=later(20))
    store.commit(inserted(CLOSURE, earlier, replace(CLOSURE, id="clo_3", tenant="ten_2")))
    assert store.closures("ten_1") == (earlier, CLOSURE)
    assert store.closure("clo_1") == CLOSURE
    assert store.closure("clo_9") is None


def test_a_plan_is_read_back_by_closure(store):
    other = replace(DIVERSION, id="clo_1/mov_0", movement="mov_0", due_at=None)
    store.commit(inserted(DIVERSION, other, replace(DIVERSION, id="clo_2/mov_1", closure="clo_2")))
    assert store.diversions("clo_1") == (other, DIVERSION)
    assert store.diversion(DIVERSION.id) == DIVERSION


def test_what_is_due_comes_oldest_first(store):
    rows = (
        DIVERSION,
        replace(DIVERSION, id="clo_1/mov_2", due_at=later(30)),
        replace(DIVERSION, id="clo_1/mov_3", due_at=None),
        replace(DIVERSION, id="clo_1/mov_4", due_at=later(61)),
    )
    store.commit(inserted(*rows))
    assert store.diversions_due(later(60), FEW) == (rows[1], rows[0])
    assert store.diversions_due(later(60), 1) == (rows[1],)


def test_undoing_and_carrying_out_exclude_each_other(store):
    store.commit(inserted(DIVERSION))
    expect = {"state": DIVERSION.state, "due_at": DIVERSION.due_at}
    for state, lost in ((DiversionState.UNDONE, False), (DiversionState.DONE, True)):
        values = {"state": state, "due_at": None}
        step = Update(table="diversions", key=DIVERSION.id, values=values, expect=expect)
        if lost:
            with pytest.raises(Lost):
                store.commit(Change((step,)))
        else:
            store.commit(Change((step,)))
    assert store.diversion(DIVERSION.id).state is DiversionState.UNDONE
