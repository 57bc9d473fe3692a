"""A store whose program dies before, or just after, a change of some number."""

from gateway.domain.errors import Unavailable
from gateway.domain.finding import Finding
from gateway.domain.records import Change


class Died(Exception):
    """The program is gone."""


class Mortal:
    """A store that dies at its ``number``-th commit: before it, or ``after`` it was written."""

    def __init__(self, store, number: int, *, after: bool) -> None:
        self.whole, self._left, self._after = store, number, after

    def _end(self) -> None:
        raise Died

    def __getattr__(self, name):
        return getattr(self.whole, name)

    def commit(self, change: Change) -> None:
        self._left -= 1
        if self._left == 0 and not self._after:
            self._end()
        self.whole.commit(change)
        if self._left == 0:
            self._end()


class Away(Mortal):
    """A store whose database goes away at that commit, and is back at once."""

    def _end(self) -> None:
        raise Unavailable(Finding(code="database.unavailable"))
