"""Leases are kept while their holder is at work, and not for ever."""

import threading
import time

from gateway.adapters.sql.keeper import Keeper


class Renewals(list):
    """What was renewed; tells whether more came within a while."""

    def __init__(self):
        super().__init__()
        self.came = threading.Event()

    def note(self, *renewed):
        self.append(renewed)
        self.came.set()

    def go_on(self, seconds):
        self.came.clear()
        return self.came.wait(seconds)


def test_what_is_held_is_renewed_until_it_is_dropped():
    renewals = Renewals()
    keeper = Keeper(renewals.note)
    keeper.keep("lnk_gate", 7, 0.03)
    assert renewals.go_on(5)
    assert set(renewals) == {("lnk_gate", 7, 0.03)}
    keeper.drop("lnk_gate", 7)
    while renewals.go_on(0.2):
        pass
    keeper.close()


def test_whatever_goes_wrong_is_over_at_the_next_turn():
    renewals = Renewals()
    faults = iter([RuntimeError("a standby takes no writing")])

    def renew(*renewed):
        for fault in faults:
            raise fault
        renewals.note(*renewed)

    keeper = Keeper(renew)
    keeper.keep("lnk_gate", 7, 0.03)
    assert renewals.go_on(5)
    keeper.close()


def test_a_holder_that_never_comes_back_loses_its_lease_and_nobody_elses():
    renewals = Renewals()
    keeper = Keeper(renewals.note, longest_seconds=0.2)
    keeper.keep("lnk_stuck", 7, 0.03)
    assert renewals.go_on(5)
    time.sleep(0.2)
    while renewals.go_on(0.2):
        pass
    keeper.keep("lnk_gate", 8, 0.03)
    renewals.clear()
    assert renewals.go_on(5)
    assert {link for link, *_ in renewals} == {"lnk_gate"}
    keeper.close()
