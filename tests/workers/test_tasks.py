"""What a worker's log says of every try: names for whoever looks one up, and nothing else."""

import logging
import re

from tests.world import World
from workers.tasks import drain

LINE = re.compile(
    r"event=attempt movement=\S+ office=\S+ message=\S+ attempt=\d+ outcome=\S+ duration_ms=\d+"
)
LINK = "lnk_vn0015bb"


def tries(caplog) -> list[dict[str, str]]:
    lines = [one.getMessage() for one in caplog.records if "event=" in one.getMessage()]
    assert all(LINE.fullmatch(one) for one in lines), lines
    return [dict(word.split("=") for word in one.split()) for one in lines]


def test_every_try_is_a_line_of_names(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    world = World(tmp_path)
    movement = world.submit(world.declaration()).movement
    world.town.instead[LINK] = (503, b"")
    drain(world.ports, LINK)
    world.town.instead.clear()
    world.clock.forward(minutes=1)
    drain(world.ports, LINK)
    first, second = tries(caplog)[:2]
    assert (first["outcome"], second["outcome"]) == ("busy", "acknowledged")
    assert (first["attempt"], second["attempt"]) == ("1", "2")
    assert first["message"] == second["message"]
    assert {one["movement"] for one in tries(caplog)} == {movement}
    assert {one["office"] for one in tries(caplog)} == {"VN0015BB"}
    tried = world.store.attempts(first["message"])
    assert [one.outcome.value for one in tried] == ["busy", "acknowledged"]
    for secret in (*world.parties.values(), "A12345", "Jialing", "Chongqing"):
        assert secret not in caplog.text
        assert secret.split(":")[-1] not in caplog.text
    world.close()
