"""``fullroute feed`` over a feed of several pages, as a customs system would run it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway import bootstrap
from gateway.adapters.system import SystemClock
from gateway.bootstrap import Gateway
from gateway.settings import Settings
from gateway.usecases import feed
from tests.cli.commands import fullroute
from tests.serving import served
from tests.world import TENANT, World

LINK = "lnk_cn00x001"
MESSAGES = 4


class Office:
    """A customs system at its feed, of which every page holds one message."""

    def __init__(self, world: World, url: str) -> None:
        self.world = world
        name = (TENANT, "gate", ("link",))
        _, api_key = bootstrap.new_principal(world.ports, *name, link=LINK)
        self.there = {"FULLROUTE_URL": url, "FULLROUTE_API_KEY": api_key}
        self.key = world.folder / "gate.pem"
        private = world.town.systems[LINK].spec.key
        self.key.write_bytes(
            private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )

    def run(self, *arguments: object):
        return fullroute("feed", *arguments, **self.there)

    def states(self) -> list[str]:
        return [one.state.value for one in self.world.store.feed(LINK, 0, 100)]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setattr(feed, "BYTES_MAX", 1)
    world = World(tmp_path)
    world.clock.at = SystemClock().now()  # the office's own
    for place in range(MESSAGES):
        texts = {"CQ-2026-000117": f"FEED-{place}"}
        world.submit(world.declaration(texts=texts), f"feed-{place}")
    world.store.sequence("sweeper")
    settings = Settings(data=tmp_path)
    with served(Gateway(ports=world.ports, settings=settings)) as url:
        yield Office(world, url)
    world.close()


def test_every_page_is_acknowledged(office: Office) -> None:
    assert office.states() == ["due"] * MESSAGES
    said = office.run("ack", LINK, "--key", office.key, "--upto", 2)
    assert (said.code, "2 acknowledged, 0 refused" in said.err) == (0, True), said.both
    assert office.states() == ["acknowledged"] * 2 + ["due"] * (MESSAGES - 2)
    said = office.run("ack", LINK, "--key", office.key, "--json")
    assert (said.code, len(said.json["acknowledged"])) == (0, MESSAGES), said.both
    assert office.states() == ["acknowledged"] * MESSAGES


def test_receipts_of_every_page_that_do_not_hold_are_told_by_their_place(office: Office) -> None:
    (office.world.folder / "other.pem").write_bytes(
        office.world.town.systems["lnk_vn0015bb"].spec.key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )
    said = office.run("ack", LINK, "--key", office.world.folder / "other.pem", "--json")
    assert said.code == 10, said.both
    assert [one["place"] for one in said.json["refused"]] == list(range(MESSAGES))
    assert office.states() == ["due"] * MESSAGES


def test_a_range_is_read_again_row_by_row(office: Office, tmp_path: Path) -> None:
    everything = office.run("replay", LINK, "--json").json["data"]
    assert [one["sequence"] for one in everything] == list(range(1, MESSAGES + 1))
    said = office.run("replay", LINK, "--after", 1, "--upto", 3, "-o", tmp_path / "again")
    assert [line.split("\t")[0] for line in said.out.splitlines()] == ["2", "3"]
    assert "2 message(s), 0 of them" in said.err
    assert sorted(one.stem for one in (tmp_path / "again").iterdir()) == ["00000002", "00000003"]
