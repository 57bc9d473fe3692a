"""The sweep acts on deadlines: each fires one change, whoever else sweeps at the same moment."""

from datetime import timedelta

from gateway.domain.deadline import Deadline, fired
from gateway.domain.errors import Elsewhere, GatewayError, Unavailable
from gateway.domain.finding import Refusal
from gateway.domain.noticed import noticed
from gateway.domain.records import Change, Lost, Update
from gateway.ports import Ports
from gateway.register.load import load
from gateway.register.moving import move
from gateway.register.stepping import write_step
from gateway.register.writing import Writing

FIRED_MAX = 50
"""How many deadlines one sweep fires; the next sweep, a second later, goes on."""

PUT_OFF = timedelta(minutes=10)
"""When a deadline is tried again whose movement could not be moved now."""


def fire_deadlines(ports: Ports) -> int:
    """Fire what is due, each deadline in a change of its own; return how many fired here.

    One whose event cannot be written (a message that its office's rules refuse, a declaration
    erased) is put off and holds nobody up; it stays visible meanwhile. What nobody foresaw is put
    off too, and raised for whoever reads the program's log; the next sweep goes on behind it.

    Raises:
        Unavailable: the store cannot be reached, which is no fault of a movement's.
    """
    count = 0
    for row in ports.store.deadlines_due(ports.clock.now(), FIRED_MAX):
        try:
            _fire(ports, row)
            count += 1
        except Lost:
            continue  # the movement moved, or somebody else fired it: looked at again next time
        except Elsewhere:  # a program that has the movement's packs may come first next time
            _put_off(ports, row)
        except Unavailable:
            raise
        except (GatewayError, Refusal):
            _put_off(ports, row)
        except Exception:
            _put_off(ports, row)
            raise
    return count


def _fire(ports: Ports, row: Deadline) -> None:
    now = ports.clock.now()
    loaded = load(ports, row.movement, tenant=row.tenant)
    after, kind = fired(row, ports.packs.deadline_rules(), now)
    facts = [("deadline", row.kind.value), ("due", row.due_at.isoformat())]
    facts += [("subject", row.subject)] if row.subject else []
    at = row.remind_at if now < row.due_at else row.due_at
    events = (noticed(loaded.subject.movement, kind, at, row.office, tuple(facts)),)
    with ports.packs.slot() as packs:
        advanced = move(ports, loaded, events, packs)
    writing = Writing(ports, row.tenant, now)
    values = {"state": after.state, "next_at": after.next_at}
    writing.update("deadlines", row.id, values, {"state": row.state, "next_at": row.next_at})
    links = write_step(writing, loaded, (*events, *advanced.events), advanced)
    ports.store.commit(writing.change())
    ports.wakeup.knock(links)


def _put_off(ports: Ports, row: Deadline) -> None:
    again = {"next_at": ports.clock.now() + PUT_OFF}
    step = Update(table="deadlines", key=row.id, values=again, expect={"next_at": row.next_at})
    try:
        ports.store.commit(Change((step,)))
    except Lost:
        return  # somebody else was faster
