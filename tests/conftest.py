"""The longest begin first, one share for every process, so that none works on alone in the end."""

import os
from collections import defaultdict
from pathlib import Path

import pytest

from tests.dealing import dealt


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what has no test of the full tier where that tier alone is asked for.

    Loading all tests takes every process a quarter of a minute.
    """
    if config.option.markexpr != "full" or not collection_path.name.startswith("test_"):
        return None
    marking = (collection_path, collection_path.with_name("conftest.py"))
    texts = (one.read_text("utf-8") for one in marking if one.is_file())
    return None if any("mark.full" in text for text in texts) else True


def _patience(item: pytest.Item) -> float:
    """Return how long a test may take, where it asked for more than all others have."""
    marked = item.get_closest_marker("timeout")
    return marked.args[0] if marked else 0.0


def _group(item: pytest.Item) -> str:
    """Return whom a test shares something costly with: the mark of xdist says so."""
    marked = item.get_closest_marker("xdist_group")
    return marked.args[0] if marked else item.nodeid


@pytest.hookimpl(trylast=True)  # when those that are not asked for are gone
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal the tests out before xdist does."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    patient = sorted((one for one in items if _patience(one)), key=_patience, reverse=True)
    groups: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for one in patient:
        groups[_group(one)].append(one)
    others = [one for one in items if not _patience(one)]
    items[:] = dealt(list(groups.values()), others, processes)
