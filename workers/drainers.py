"""Threads that work through links, each link in one of them at a time.

What calls them only leaves a name and goes on: so one task can name many links, and a link whose
office is slow holds up its own thread and nobody's knocks.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Self

_logger = logging.getLogger(__name__)


class Drainers:
    """Calls ``drain`` with every name it is given, in at most ``threads`` threads.

    Leaving the context waits for what is under way; what was not begun is left to others.
    """

    def __init__(self, drain: Callable[[str], int], threads: int) -> None:
        self._drain = drain
        self._lock = threading.Lock()
        self._again: dict[str, bool] = {}
        """Every link under way, and whether to go over it once more."""
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="drain")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._again.clear()
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
