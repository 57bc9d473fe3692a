"""What was looked at in visits to links and lies there still, so that it hides nothing newer.

Known to one courier of one program alone: whoever starts anew looks at everything as if for the
first time, which costs a visit and no more.
"""

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

STAYED_MAX = 10_000
"""Finds of one link that are remembered; a system may have a new one at every question."""


@dataclass(slots=True)
class _Find:
    """One find; ``mark`` tells it from a later one of the same name."""

    mark: int
    said: set[str] = field(default_factory=set)


class Stayed:
    """The finds of every link that were not put away; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, _Find]] = {}

    def look(self, link: str, name: str, mark: int = 0) -> bool:
        """Note that a find is looked at and tell whether it was before; its next turn is last."""
        with self._lock:
            known = self._known.setdefault(link, {})
            find = known.pop(name, None)
            again = find is not None and find.mark == mark
            known[name] = find if find is not None and again else _Find(mark)
            if len(known) > STAYED_MAX:
                del known[next(iter(known))]
            return again

    def say(self, link: str, name: str, word: str) -> bool:
        """Note that something is said of a find and tell whether it is so for the first time."""
        with self._lock:
            find = self._known.get(link, {}).get(name)
            if find is None or word in find.said:
                return find is None
            find.said.add(word)
            return True

    def turns(self, link: str) -> Mapping[tuple[str, int], int]:
        """Return the turn of every find (name, mark), counted from one: longest ago first."""
        with self._lock:
            known = self._known.get(link, {})
            return {(name, find.mark): at for at, (name, find) in enumerate(known.items(), 1)}

    def put_away(self, link: str, name: str) -> None:
        """Forget a find: it lies there no longer."""
        with self._lock:
            self._known.get(link, {}).pop(name, None)

    def keep_only(self, link: str, names: Collection[str]) -> None:
        """Forget every find that somebody else took away: all but those of these names."""
        with self._lock:
            known = self._known.get(link, {})
            for name in [one for one in known if one not in names]:
                del known[name]
