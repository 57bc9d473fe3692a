"""Threads that work through links, each link in one of them at a time.

What calls them only leaves a name and goes on: so one task can name many links, and a link whose
office is slow holds up its own thread and nobody's knocks.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Self

_logger = logging.getLogger(__name__)


class Drainers:
    """Calls ``drain`` with every name it is given, in at most ``threads`` threads.

    At most half of them work at links of which ``ails`` is true at that moment: those whose systems
    do not answer take their time, and leave room for the others.

    Leaving the context waits for what is under way; what was not begun is left to others.
    """

    def __init__(
        self,
        drain: Callable[[str], int],
        threads: int,
        ails: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._drain = drain
        self._ails = ails
        self._ailing_max = max(threads // 2, 1)
        self._ailing = 0
        self._held: deque[str] = deque()
        """Ailing links that wait for another one's thread, in their order."""
        self._lock = threading.Lock()
        self._again: dict[str, bool] = {}
        """Every link under way, and whether to go over it once more."""
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="drain")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._again.clear()
            self._held.clear()
        self._pool.shutdown(cancel_futures=True)

    def begin(self, links: Iterable[str]) -> None:
        """Drain the links that are not under way."""
        with self._lock:
            for link in links:
                if link not in self._again:
                    self._again[link] = False
                    self._pool.submit(self._work, link)

    def knock(self, links: Iterable[str]) -> None:
        """Drain the links; one that is under way once more, for its last look may be over."""
        links = tuple(links)
        with self._lock:
            self._again.update(dict.fromkeys(self._again.keys() & set(links), True))
        self.begin(links)

    def _work(self, link: str) -> None:
        try:
            ails = self._ails(link)
        except Exception:
            _logger.exception("how link %s fares is not known", link)
            ails = False
        if ails and not self._admitted(link):
            return
        try:
            self._go_over(link)
        finally:
            self._admit_next(ailed=ails)

    def _admitted(self, link: str) -> bool:
        """Tell whether an ailing link may have this thread; one that may not waits."""
        with self._lock:
            free = self._ailing < self._ailing_max
            if free:
                self._ailing += 1
            elif link in self._again:  # it is not, while leaving
                self._held.append(link)
            return free

    def _admit_next(self, *, ailed: bool) -> None:
        with self._lock:
            self._ailing -= ailed
            if self._held and self._ailing < self._ailing_max:
                self._pool.submit(self._work, self._held.popleft())

    def _go_over(self, link: str) -> None:
        more = True
        while more:
            try:
                self._drain(link)
            except Exception:  # one link's trouble is not another's
                _logger.exception("draining link %s failed", link)
            with self._lock:
                more = self._again.pop(link, False)
                if more:
                    self._again[link] = False
