"""A bar for what takes longer than two seconds, on a terminal only."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Seen = Callable[[int, int], None]
"""Told how many of how many are done."""


@contextmanager
def progress(title: str) -> Iterator[Seen]:
    """Show a bar on standard error while the block runs; nothing where that is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, every: bar.update(task, completed=done, total=every)
