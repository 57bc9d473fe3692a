"""A run is told once for every movement on it: durably, whole or not at all, cut off or not."""

import json
from dataclasses import replace

import pytest

from gateway.domain.errors import NotFound, Refused
from gateway.domain.event import EventKind, Report
from gateway.domain.records import Lost, Principal
from gateway.domain.trip_state import TripState
from gateway.usecases.audit import verify_log
from gateway.usecases.position import take_reading, take_run_reading
from gateway.usecases.sweep import sweep
from gateway.usecases.trips import describe_run, list_trips, report_trip
from tests.mortal import Away, Died, Mortal
from tests.world import TENANT, World

LRN, UCR, BATCH = "CQ-2026-000117", "CQ20261123000117", "YYG2611240001"
THREE = ("A", "B", "C")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """A world in which three released declarations are on one truck."""
    world = World(tmp_path_factory.mktemp("truck"))
    for name in THREE:
        world.submit(world.declaration(texts={LRN: f"{LRN}{name}", UCR: f"{UCR}{name}"}), name)
    world.run()
    yield world
    world.close()


@pytest.fixture
def world(loaded, tmp_path):
    copied = loaded.copied(tmp_path)
    yield copied
    copied.close()


def departed(world, **changed):
    told = Report(kind=EventKind.DEPARTED, at=world.clock.now(), office="CN008001")
    return replace(told, **changed)


def departures(world):
    found = (world.store.events(one.movement) for one in view(world).aboard)
    return [sum(event.kind is EventKind.DEPARTED for event in events) for events in found]


def view(world):
    return describe_run(world.ports, TENANT, BATCH)


def test_a_run_is_shown_with_every_share_and_what_it_waits_for(world):
    run = view(world)
    assert [one.lrn for one in run.aboard] == [f"{LRN}{name}" for name in THREE]
    assert {one.state for one in run.aboard} == {"released"}
    assert (run.packages, str(run.gross_mass_kg)) == (3 * 124, "7441.5")
    assert [plate for _, plate in run.plates] == ["桂A8D217", "12H-01734", "桂AK217挂"]
    for one in run.aboard:
        assert "CN00X001 MT4402: departed" in one.waits_for
        assert "VN0015BB TIR: exited" in one.waits_for
    assert describe_run(world.ports, TENANT, run.trips[1]) == run


def test_goods_that_were_taken_back_are_shown_but_not_counted(world):
    second = view(world).aboard[1].movement
    world.report(second, "invalidation-asked", "CN008001", text="buyer")
    world.run()
    run = view(world)
    assert [one.state for one in run.aboard] == ["released", "invalidated", "released"]
    assert (run.packages, str(run.gross_mass_kg)) == (2 * 124, "4961.0")


def test_where_it_stands_is_read_from_everything_aboard(world):
    assert view(world).standing.state is TripState.PLANNED
    report_trip(world.ports, world.exporter, BATCH, departed(world))
    assert (view(world).standing.state, view(world).standing.office) == ("under-way", "CN008001")
    world.run()
    run = view(world)
    assert (run.standing.state, run.standing.office) == ("crossed", "VN0015BB")
    listed = list_trips(world.ports, TENANT).rows
    assert {standing.state.value for _, standing in listed} == {"crossed"}
    arrived = departed(world, kind=EventKind.ARRIVED, office="VN0003PJ")
    report_trip(world.ports, world.exporter, BATCH, arrived)
    world.run()
    assert view(world).standing.state is TripState.COMPLETED
    assert run.findings == view(world).findings == ()


def test_a_number_that_is_given_again_is_another_run(world):
    aboard = {one.movement for one in view(world).aboard}
    arrived = departed(world, kind=EventKind.ARRIVED, office="VN0003PJ")
    report_trip(world.ports, world.exporter, BATCH, departed(world))
    world.run()
    world.report(min(aboard), "arrived", arrived.office)
    world.run()
    assert {one.movement for one in view(world).aboard} == aboard  # one is done, the run is not
    report_trip(world.ports, world.exporter, BATCH, arrived)
    world.run()
    assert {one.state for one in view(world).aboard} == {"completed"}
    world.clock.forward(hours=1)
    texts = {LRN: f"{LRN}D", UCR: f"{UCR}D"}
    later = world.submit(world.declaration(texts=texts), "D").movement
    assert {one.movement for one in view(world).aboard} == {later}
    assert view(world).standing.state is TripState.PLANNED


def test_nothing_is_told_of_a_truck_whose_goods_were_all_taken_back(world):
    for one in view(world).aboard:
        world.report(one.movement, "invalidation-asked", "CN008001", reason="订单取消")
    world.run()
    assert view(world).standing.state is TripState.CANCELLED
    with pytest.raises(Refused) as caught:
        report_trip(world.ports, world.exporter, BATCH, departed(world))
    (finding,) = caught.value.findings
    assert (finding.code, finding.value) == ("trip.no-such-step", "departed")
    assert view(world).reports == ()


def reading(world, **members):
    told = {"source": "reefer-7", "at": world.clock.now().isoformat(), **members}
    return json.dumps(told).encode()


def heard(world, kind):
    found = (world.store.events(one.movement) for one in view(world).aboard)
    return [sum(event.kind is kind for event in events) for events in found]


@pytest.mark.parametrize("name", [BATCH, "桂A8D217"])
def test_a_reading_of_a_vehicle_reaches_everything_aboard_once(world, name):
    raw = reading(world, temperature_c="41")
    done = take_run_reading(world.ports, world.exporter, name, raw)
    assert (len(done.taken), done.refused) == (3, ())
    assert heard(world, EventKind.TEMPERATURE) == [1, 1, 1]
    again = take_run_reading(world.ports, world.exporter, name, raw)
    assert all(one.repeated for _, one in again.taken)
    world.clock.forward(seconds=5)  # still too warm: told again only after a while
    take_run_reading(world.ports, world.exporter, name, reading(world, temperature_c="42"))
    assert heard(world, EventKind.TEMPERATURE) == [1, 1, 1]
    assert verify_log(world.ports).findings == ()


def test_a_reading_of_one_movement_reaches_those_beside_it(world):
    first = view(world).aboard[0].movement
    take_reading(world.ports, world.exporter, first, reading(world, temperature_c="41"))
    assert heard(world, EventKind.TEMPERATURE) == [1, 1, 1]


def test_a_reading_that_was_cut_off_is_handed_in_again(world):
    raw = reading(world, temperature_c="41")
    ports = replace(world.ports, store=Mortal(world.store, 2, after=True))
    with pytest.raises(Died):
        take_run_reading(ports, world.exporter, BATCH, raw)
    assert heard(world, EventKind.TEMPERATURE) == [1, 1, 0]
    take_run_reading(world.ports, world.exporter, BATCH, raw)
    assert heard(world, EventKind.TEMPERATURE) == [1, 1, 1]


def test_a_reading_that_can_be_of_nothing_aboard_is_refused(world):
    with pytest.raises(Refused) as caught:
        take_run_reading(world.ports, world.exporter, BATCH, reading(world, place="GB000060"))
    assert [one.code for one in caught.value.findings] == ["position.not-on-the-way"]


def test_it_is_told_once_and_repeating_it_changes_nothing(world):
    told = departed(world)
    done = report_trip(world.ports, world.exporter, BATCH, told)
    assert (done.next_at, done.refused) == (None, ())
    assert departures(world) == [1, 1, 1]
    report_trip(world.ports, world.exporter, BATCH, told)
    assert departures(world) == [1, 1, 1]
    sweep(world.ports)
    assert len(view(world).reports) == 1
    world.run()
    assert {one.state for one in view(world).aboard} == {"under-way"}
    assert verify_log(world.ports).findings == ()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    "number", [2, *(pytest.param(n, marks=pytest.mark.full) for n in (1, 3, 4, 5))]
)
def test_the_sweep_ends_what_a_dead_program_began(world, number, after):
    ports = replace(world.ports, store=Mortal(world.store, number, after=after))
    with pytest.raises(Died):
        report_trip(ports, world.exporter, BATCH, departed(world))
    accepted = number > 1 or after
    assert len(view(world).reports) == accepted
    world.clock.forward(minutes=1)
    sweep(world.ports)
    assert departures(world) == [int(accepted)] * 3
    assert all(row.next_at is None for row in view(world).reports)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", [2, 3, 4])
def test_a_database_that_goes_away_refuses_nothing(world, number, after):
    ports = replace(world.ports, store=Away(world.store, number, after=after))
    row = report_trip(ports, world.exporter, BATCH, departed(world))
    assert (row.next_at is not None, row.refused) == (True, ())
    world.clock.forward(minutes=1)
    sweep(world.ports)
    assert departures(world) == [1, 1, 1]
    assert [(row.next_at, row.refused) for row in view(world).reports] == [(None, ())]


def test_whoever_loses_a_race_leaves_it_to_the_other(world):
    class Racing(Mortal):
        def commit(self, change):
            if any(getattr(step, "table", "") == "trip_reports" for step in change.steps):
                raise Lost("trip_reports")
            self.whole.commit(change)

    ports = replace(world.ports, store=Racing(world.store, 0, after=True))
    assert report_trip(ports, world.exporter, BATCH, departed(world)).next_at is not None
    assert departures(world) == [1, 1, 1]


def test_a_truck_leaves_whole_or_not_at_all(world):
    world.town.held = {"DecMessage"}
    world.submit(world.declaration(texts={LRN: f"{LRN}D", UCR: f"{UCR}D"}), "D")
    world.run()
    late = view(world).aboard[-1]
    with pytest.raises(Refused) as caught:
        report_trip(world.ports, world.exporter, BATCH, departed(world))
    (finding,) = caught.value.findings
    assert (finding.code, finding.value) == ("trip.not-all-can", late.movement)
    assert dict(finding.args)["reason"] == "report.not-released"
    assert departures(world) == [0, 0, 0, 0]
    assert view(world).reports == ()


@pytest.mark.parametrize(
    ("changed", "name", "code"),
    [
        ({"kind": EventKind.CLEARED}, BATCH, "report.not-yours"),
        ({"kind": EventKind.INVALIDATION_ASKED}, BATCH, "report.not-yours"),
        ({"office": "VN00X001"}, BATCH, "trip.not-all-can"),
        ({}, "NOWHERE", "trip.unknown"),
    ],
)
def test_what_cannot_be_told_is_refused_and_leaves_nothing(world, changed, name, code):
    with pytest.raises((Refused, NotFound)) as caught:
        report_trip(world.ports, world.exporter, name, departed(world, **changed))
    assert {one.code for one in caught.value.findings} == {code}
    assert view(world).reports == ()


def test_another_tenant_has_no_such_run(world):
    stranger = Principal(id="s", tenant="other", name="s", scopes=(), secret_digest="")
    for name in (BATCH, view(world).trips[0]):
        with pytest.raises(NotFound):
            report_trip(world.ports, stranger, name, departed(world))


@pytest.mark.full
def test_a_hundred_movements_on_one_train_are_told_once_though_programs_die(tmp_path):
    world = World(tmp_path)
    hundred = 100
    for number in range(hundred):
        texts = {LRN: f"TRAIN-{number}", UCR: f"TRAIN{number}", "桂A8D217": f"桂W{number:05d}"}
        world.submit(world.declaration(texts=texts), f"train-{number}")
    world.run()
    told = departed(world)
    for number in (1, 40, 61):
        ports = replace(world.ports, store=Mortal(world.store, number, after=True))
        with pytest.raises(Died):
            report_trip(ports, world.exporter, BATCH, told)
    world.clock.forward(minutes=1)
    sweep(world.ports)
    run = view(world)
    assert departures(world) == [1] * hundred
    assert (len(run.aboard), run.packages) == (hundred, hundred * 124)
    assert [(row.next_at, row.refused) for row in run.reports] == [(None, ())]
    world.run()
    assert {one.state for one in view(world).aboard} == {"under-way"}
    world.close()
