"""How long an office list takes to load; printed, never asserted."""

import time

import pytest

from gateway.usecases.directory import import_offices
from tests.packs.office_lists import EXTRACT, SMALL, large
from tests.world import TENANT, World

pytestmark = pytest.mark.full

OFFICES = 5_000


@pytest.mark.parametrize(
    "raw",
    [
        SMALL,
        pytest.param(
            EXTRACT,
            marks=pytest.mark.skipif(not EXTRACT.is_file(), reason="the extract is not here"),
        ),
    ],
    ids=["our own small offices", "offices of the public extract"],
)
def test_loading_offices(tmp_path, raw, capsys):
    document = large(raw if isinstance(raw, bytes) else raw.read_bytes(), OFFICES)
    world = World(tmp_path)
    seconds = []
    for _ in range(2):
        began, cpu = time.perf_counter(), time.process_time()
        done = import_offices(world.ports, TENANT, document, source="bench")
        seconds.append((time.perf_counter() - began, time.process_time() - cpu))
    began = time.perf_counter()
    world.ports.store.office("DE000001")
    lookup = time.perf_counter() - began
    world.close()
    with capsys.disabled():
        (first, cpu), (again, _) = seconds
        print(
            f"\n{OFFICES} offices, {len(document) / 1e6:.1f} MB: {first:.2f} s ({cpu:.2f} s of CPU)"
            f" into the store, {again:.2f} s again with nothing new,"
            f" one looked up in {lookup * 1e3:.2f} ms"
        )
    assert done.added == 0
