"""Deadlines in the store: what is due, what is near, and that one of two sweepers fires."""

from dataclasses import replace

import pytest

from gateway.domain.deadline import Deadline, DeadlineKind, DeadlineState
from gateway.domain.records import Change, Lost, Update
from tests.contract.records import inserted, later

FEW = 50


def row(number, **values):
    begun = Deadline(
        id=f"mov_{number}/expected/CN008001 exit", tenant="ten_1", movement=f"mov_{number}",
        kind=DeadlineKind.EXPECTED, subject="CN008001 exit", office="CN008001",
        due_at=later(100), remind_at=later(50), state=DeadlineState.OPEN, next_at=later(50),
    )  # fmt: skip
    return replace(begun, **values)


def test_a_deadline_is_read_back_as_it_was_written(store):
    rows = (row(1), row(1, id="mov_1/limit", kind=DeadlineKind.LIMIT, subject="", next_at=None))
    store.commit(inserted(*rows, row(2)))
    assert sorted(store.deadlines("mov_1"), key=lambda one: one.id) == list(rows)


def test_what_is_due_comes_oldest_first_and_no_earlier_than_it_is(store):
    rows = (
        row(1, next_at=later(20)),
        row(2, next_at=later(10)),
        row(3, next_at=later(31)),
        row(4, next_at=None, state=DeadlineState.PASSED),
    )
    store.commit(inserted(*rows))
    assert store.deadlines_due(later(9), FEW) == ()
    assert store.deadlines_due(later(10), FEW) == (rows[1],)
    assert store.deadlines_due(later(30), FEW) == (rows[1], rows[0])
    assert store.deadlines_due(later(30), 1) == (rows[1],)


def test_what_is_near_is_told_to_its_tenant_until_it_ended(store):
    rows = (
        row(1, remind_at=later(10)),
        row(2, remind_at=later(5), state=DeadlineState.PASSED, next_at=None),
        row(3, remind_at=later(5), state=DeadlineState.ENDED, next_at=None, ended_by="exited"),
        row(4, remind_at=later(5), tenant="ten_2"),
        row(5, remind_at=later(11)),
    )
    store.commit(inserted(*rows))
    assert store.deadlines_near("ten_1", later(10), FEW) == (rows[0], rows[1])
    assert store.deadlines_near("ten_1", later(10), 1) == (rows[0],)


def test_only_the_first_of_two_sweepers_moves_a_row(store):
    begun = row(1)
    store.commit(inserted(begun))
    step = Update(
        table="deadlines",
        key=begun.id,
        values={"state": DeadlineState.REMINDED, "next_at": begun.due_at},
        expect={"state": begun.state, "next_at": begun.next_at},
    )
    store.commit(Change((step,)))
    with pytest.raises(Lost):
        store.commit(Change((step,)))
    assert store.deadlines("mov_1") == (
        replace(begun, state=DeadlineState.REMINDED, next_at=begun.due_at),
    )
