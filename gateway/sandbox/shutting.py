"""What operators do about a closed office in a scenario: say it, plan, confirm, take back."""

from datetime import timedelta

from gateway import closures
from gateway.domain.closure import ClosureState
from gateway.domain.records import Principal
from gateway.ports import Ports
from gateway.sandbox.script import Doing, Step
from gateway.usecases.closure import NewClosure, close_office, settle


class Shutting:
    """The closures of one scenario; acts are about the one that was said last."""

    def __init__(self, ports: Ports, caller: Principal) -> None:
        self._ports = ports
        self._caller = caller
        self._closure = ""

    def act(self, step: Step) -> None:
        """Do what a step says: ``hours`` are how long it lasts, or can be undone."""
        span = timedelta(hours=step.hours)
        match step.do:
            case Doing.CLOSE:
                now = self._ports.clock.now()
                new = NewClosure(
                    office=step.office,
                    lane=step.lane,
                    from_at=now,
                    until_at=now + span if step.hours else None,
                    reason=dict(step.facts).get("text", "closed"),
                )
                self._closure = close_office(self._ports, self._caller, new).id
            case Doing.CONFIRM:
                self._closure = self._announced()
                settle(self._ports, self._caller, self._closure, ClosureState.STANDING)
            case Doing.PLAN:
                via = (step.offices[0], step.offices[1]) if step.offices else None
                closures.plan(self._ports, self._caller, self._closure, via)
            case Doing.APPLY:
                closures.apply(self._ports, self._caller, self._closure, span)
            case _:
                closures.undo(self._ports, self._caller, self._closure)

    def _announced(self) -> str:
        """Return what an office announced and nobody judged yet."""
        found = self._ports.store.closures(self._caller.tenant)
        return next((one.id for one in found if one.state is ClosureState.PROPOSED), "")

    def go_on(self) -> None:
        """Carry out what is due, as workers do."""
        for one in closures.due(self._ports):
            closures.go_on(self._ports, one)
