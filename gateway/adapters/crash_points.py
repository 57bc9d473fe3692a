"""Named places at which a program under test kills itself; in any other they do not exist.

Nothing in the product asks whether a point is armed: :func:`armed` puts a wrapper before the one
port the point belongs to, or listens to the one statement, and ``bootstrap`` calls it only when
the test variable names a point. The program then dies by SIGKILL, as the machine would kill it: no
``finally`` runs, nothing is flushed.
"""

import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from itertools import count
from types import MappingProxyType
from typing import Any

from sqlalchemy import Dialect, Engine, event

from gateway.domain.delivery import Attempt
from gateway.domain.errors import Misconfigured
from gateway.domain.finding import Finding
from gateway.domain.records import AnswerRecord, Insert, MovementEvent, MovementRecord
from gateway.ports import Ports

Fall = Callable[[], None]


class Moment(Enum):
    """When a call passes its point."""

    BEFORE = "before"
    AFTER = "after"
    EACH = "each"  # of what a call yields: it is there, and nobody has looked at it


def _always(*_: object) -> bool:
    return True


def _writes(kind: type, *without: type) -> Callable[..., bool]:
    """Tell whether a change inserts such a record, and none of the others."""

    def told(change: Any, *_: object) -> bool:  # noqa: ANN401 - whatever the port is handed
        kinds = {type(step.record) for step in change.steps if isinstance(step, Insert)}
        return kind in kinds and not kinds.intersection(without)

    return told


def _tried(change: Any, ended: Callable[[], None]) -> bool:  # noqa: ANN401 - as above
    """Tell whether a change keeps an attempt, once it is durable."""
    ended()
    return _trying(change)


def _any_result(*told: object) -> bool:
    return bool(told[-1])


@dataclass(frozen=True, slots=True)
class Call:
    """A point at a port: which one, which method, when, and of which calls.

    ``of`` is asked with the call's arguments and, after the call, its result.
    """

    port: str
    method: str
    moment: Moment
    of: Callable[..., bool] = _always


@dataclass(frozen=True, slots=True)
class Spoken:
    """A point at the database: the beginning of a statement, and when."""

    statement: str
    moment: Moment


@dataclass(frozen=True, slots=True)
class Told:
    """A point at the operating system: an audited event, and what its last argument holds."""

    name: str
    holds: str


Point = Call | Spoken | Told

_accepting = _writes(MovementRecord)
_trying = _writes(Attempt)
_answering = _writes(AnswerRecord)
_reporting = _writes(MovementEvent, MovementRecord, AnswerRecord, Attempt)

POINTS: Mapping[str, Point] = MappingProxyType(
    {
        # a declaration is accepted
        "accept.before-commit": Call("store", "commit", Moment.BEFORE, _accepting),
        "accept.before-knock": Call("store", "commit", Moment.AFTER, _accepting),
        "accept.after-knock": Call("wakeup", "knock", Moment.AFTER),
        # the writer's group, under everything
        "group.before-commit": Spoken("COMMIT", Moment.BEFORE),
        "group.after-commit": Spoken("COMMIT", Moment.AFTER),
        # a link is leased and given back
        "lease.after": Call("store", "lease", Moment.AFTER, _any_result),
        "lease.before-release": Call("store", "release", Moment.BEFORE),
        "lease.after-release": Call("store", "release", Moment.AFTER),
        # a message goes out, its receipt is kept
        "send.before": Call("couriers", "carry", Moment.BEFORE),
        "send.after-reply": Call("couriers", "carry", Moment.EACH),
        "receipt.before-commit": Call("store", "begin", Moment.BEFORE, _trying),
        "receipt.after-commit": Call("store", "begin", Moment.AFTER, _tried),
        # an answer is taken in
        "answer.before-commit": Call("store", "commit", Moment.BEFORE, _answering),
        "answer.after-commit": Call("store", "commit", Moment.AFTER, _answering),
        # the enterprise reports
        "report.before-commit": Call("store", "commit", Moment.BEFORE, _reporting),
        "report.after-commit": Call("store", "commit", Moment.AFTER, _reporting),
        # numbers are given
        "sequence.before": Call("store", "sequence", Moment.BEFORE),
        "sequence.log-only": Spoken("UPDATE messages SET feed_sequence", Moment.BEFORE),
        "sequence.uncounted": Spoken("INSERT INTO counters", Moment.BEFORE),
        "sequence.after": Call("store", "sequence", Moment.AFTER, _any_result),
        # what was missed is found
        "sweep.before-knock": Call("store", "links_with_due", Moment.AFTER, _any_result),
        # links of folders and collected outputs
        "folder.before-rename": Told("os.rename", "/out/"),
        "collect.before-taking": Call("collectors", "collect", Moment.EACH),
        "collect.before-settling": Call("collectors", "settle", Moment.BEFORE),
        "collect.after-settling": Call("collectors", "settle", Moment.AFTER),
    }
)
"""Every point by name. One that nothing passes in a program is simply never reached there."""


def armed(ports: Ports, told: str) -> Ports:
    """Return the ports of a program that will die at ``NAME``, or at its N-th passing ``NAME:N``.

    Raises:
        Misconfigured: ``settings.crash-point-unknown``.
    """
    name, _, passing = told.partition(":")
    point = POINTS.get(name)
    if point is None or not (passing or "1").isdigit():
        args = (("known", ", ".join(POINTS)),)
        raise Misconfigured(Finding(code="settings.crash-point-unknown", value=told, args=args))
    fall = partial(_fall, name, int(passing or "1"), count(1))
    match point:
        case Call():
            return _before_port(ports, point, fall)
        case Spoken(statement, moment):
            _listen(statement, moment, fall)
        case Told():
            sys.addaudithook(partial(_heard, point, fall))
    return ports


def _fall(name: str, passing: int, passed: "count[int]") -> None:
    if next(passed) == passing:
        os.write(2, f"crash point {name}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)


def _before_port(ports: Ports, point: Call, fall: Fall) -> Ports:
    inner = getattr(ports, point.port)
    if isinstance(inner, Mapping):
        struck: Any = {kind: _Struck(one, point, fall) for kind, one in inner.items()}
    else:
        struck = _Struck(inner, point, fall)
    return replace(ports, **{point.port: struck})


class _Struck:
    """Stands before one port; everything goes through, and calls of one method pass the point."""

    def __init__(self, inner: object, point: Call, fall: Fall) -> None:
        self._inner = inner
        self._point = point
        self._fall = fall

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the port has
        found = getattr(self._inner, name)
        return partial(self._call, found) if name == self._point.method else found

    def _call(self, method: Callable[..., Any], *given: Any, **named: Any) -> Any:  # noqa: ANN401 - as the method
        moment = self._point.moment
        if moment is Moment.BEFORE and self._point.of(*given):
            self._fall()
        result = method(*given, **named)
        if moment is Moment.AFTER and self._point.of(*given, result):
            self._fall()
        return self._passed(result) if moment is Moment.EACH else result

    def _passed(self, results: Iterator[Any]) -> Iterator[Any]:
        for result in results:
            self._fall()
            yield result


def _listen(statement: str, moment: Moment, fall: Fall) -> None:
    """Have every connection that is opened from now on hear the statement."""

    def passes(said: str | bytes, now: Moment) -> None:
        text = said.decode() if isinstance(said, bytes) else said
        if now is moment and text.startswith(statement):
            fall()

    def connecting(
        dialect: Dialect, _record: object, _given: object, named: dict[str, Any]
    ) -> None:
        if dialect.name == "sqlite":
            named["factory"] = _hearing(sqlite3.Connection, passes)
        else:
            from psycopg import Cursor  # noqa: PLC0415 - only who has PostgreSQL loads its driver

            named["cursor_factory"] = _hearing(Cursor, passes)

    event.listen(Engine, "do_connect", connecting)


def _hearing(speaker: type[Any], passes: Callable[[str | bytes, Moment], None]) -> type[Any]:
    """Return what speaks to a database, made to hear what it says."""

    class Hearing(speaker):  # type: ignore[misc]
        def execute(self, said: str | bytes, *given: Any, **named: Any) -> Any:  # noqa: ANN401 - as the base
            passes(said, Moment.BEFORE)
            result = super().execute(said, *given, **named)
            passes(said, Moment.AFTER)
            return result

        def executemany(self, said: str | bytes, *given: Any, **named: Any) -> Any:  # noqa: ANN401 - as the base
            passes(said, Moment.BEFORE)
            result = super().executemany(said, *given, **named)
            passes(said, Moment.AFTER)
            return result

    return Hearing


def _heard(point: Told, fall: Fall, name: str, given: tuple[object, ...]) -> None:
    if name == point.name and any(point.holds in str(one) for one in given):
        fall()
