"""What a projection is given: exact sums, local times, numbers and their placeholders."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.adapters.pack_folder import schemas_root
from gateway.domain.event import Event, EventKind
from gateway.domain.itinerary import Itinerary, OfficeRole, Stop
from gateway.domain.movement import Movement
from gateway.domain.procedure import OfficialNumber, Procedure
from gateway.markup import safe, tree
from gateway.pipeline.project import Addressee, Subject, declared_totals, prepare
from tests.world import shipped_packs

PACKS = shipped_packs()
SHIPPED = schemas_root() / "declaration" / "v1" / "examples" / "chongqing-haiduong.xml"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def stop(sequence, code, role, expected=None):
    return Stop(
        sequence=sequence,
        office=PACKS.offices()[code],
        role=OfficeRole(role),
        expected_at=expected,
    )


STOPS = (
    stop(1, "CN008001", "departure"),
    stop(2, "CN00X001", "exit", datetime(2026, 11, 25, 2, tzinfo=UTC)),
    stop(3, "VN0015BB", "entry"),
    stop(4, "VN0003PJ", "destination"),
)


def subject(**kwargs):
    root = safe.parse(SHIPPED.read_bytes(), safe.STANDARD)
    movement = Movement(
        reference="26CNABCDEF123456J6",
        tenant="acme",
        prelodged=False,
        procedures=(
            Procedure(kind="cn-export", administration="CN"),
            Procedure(kind="vn-transport", administration="VN"),
        ),
        **kwargs,
    )
    return Subject(
        root=root,
        lrn="A1",
        totals=declared_totals(root),
        itinerary=Itinerary(STOPS),
        movement=movement,
        trip="trp_1",
        batch="B1",
    )


def prepared(told, kind="OLA", place=2, *, dry_run=False):
    with PACKS.slot() as packs:
        pack = packs.by_administration(STOPS[place].office.administration)
        return prepare(
            told,
            Addressee(
                pack=pack,
                spec=pack.message(kind),
                stop=STOPS[place],
                message="msg_1",
                at=NOON,
                dry_run=dry_run,
            ),
        )


def test_the_message_speaks_in_the_addressees_time():
    document = prepared(subject())
    assert tree.text(document, "p:Message/@at") == "2026-11-23T19:00:00+07:00"
    assert tree.text(document, "p:Message/@at-utc") == "2026-11-23T12:00:00Z"
    assert tree.text(document, "p:Message/@compact") == "20261123190000000"


def test_each_stop_speaks_in_its_own_time():
    document = prepared(subject())
    assert tree.text(document, "p:Stop[2]/@at") == "2026-11-25T10:00:00+08:00"


def test_totals_are_the_sums_of_the_items():
    root = subject().root
    items = tree.elements(root, "d:Consignment/d:HouseConsignment/d:GoodsItem")
    gross = sum(Decimal(tree.text(item, "d:GrossMassMeasure")) for item in items)
    told = dict(declared_totals(root))
    assert Decimal(told["gross-mass"]) == gross
    assert told["items"] == str(len(items))
    assert Decimal(told["gross-mass"]) == Decimal(
        tree.text(root, "d:Consignment/d:GrossMassMeasure")
    )


def declaration_of(masses):
    def node(name, *children, content=""):
        return tree.build(tree.DECLARATION, name, (), children, content)

    items = [node("GoodsItem", node("GrossMassMeasure", content=mass)) for mass in masses]
    return node("Declaration", node("Consignment", node("HouseConsignment", *items)))


@given(
    st.lists(
        st.decimals(0, 10**9, places=6, allow_nan=False, allow_infinity=False).map(
            lambda number: format(number, "f")
        )
    )
)
def test_sums_are_exact_and_never_in_exponents(masses):
    told = dict(declared_totals(declaration_of(masses)))["gross-mass"]
    assert "E" not in told
    assert Decimal(told) == sum(map(Decimal, masses), Decimal(0))


def test_an_official_number_stands_once_it_was_given():
    told = subject()
    number = OfficialNumber("transport", "500000000001")
    procedures = tuple(
        replace(one, numbers=(number,)) if one.kind == "vn-transport" else one
        for one in told.movement.procedures
    )
    told = replace(told, movement=replace(told.movement, procedures=procedures))
    document = prepared(told, dry_run=True)
    path = "p:Movement/p:Procedure[@kind='vn-transport']/p:Number"
    assert [tree.text(one, ".") for one in tree.elements(document, path)] == ["500000000001"]


@pytest.mark.parametrize(("dry_run", "count"), [(True, 1), (False, 0)])
def test_placeholders_stand_in_dry_runs_only(dry_run, count):
    document = prepared(subject(), dry_run=dry_run)
    path = "p:Movement/p:Procedure[@kind='vn-transport']/p:Number[@placeholder='true']"
    assert count == len(tree.elements(document, path))


def test_events_ahead_stand_as_planned_in_dry_runs_only():
    released = Event(sequence=1, kind=EventKind.RELEASED, at=NOON, office="CN008001")
    told = subject(happened=(released,))
    path = "p:Movement/p:Happened[@planned='{}']"
    dry, real = prepared(told, dry_run=True), prepared(told)
    assert tree.elements(real, path.format("true")) == []
    planned = {tree.text(one, "@kind") for one in tree.elements(dry, path.format("true"))}
    assert "released" not in planned
    assert {"departed", "exited", "entered", "arrived"} <= planned
    happened = tree.elements(real, path.format("false"))
    assert [tree.text(one, "@kind") for one in happened] == ["released"]


def test_the_declaration_itself_is_left_alone():
    told = subject()
    before = tree.serialise(told.root)
    prepared(told)
    assert before == tree.serialise(told.root)
