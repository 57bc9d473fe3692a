"""WayNotice: one format in several packs, and what it says to whom."""

from itertools import combinations

import pytest

from gateway.adapters.pack_folder import schemas_root
from gateway.markup import safe, tree
from tests.packs import prepared_way
from tests.packs.pack_cases import compiled
from tests.packs.prepared_way import CASES

WAY = {"w": "urn:fullroute:exchange:1:way"}
FORMAT = ("project/way.xsl", "xsd/way.xsd")
SAID = [(pack, name) for pack, cases in CASES.items() for name in cases]


@pytest.fixture(scope="module")
def packs():
    return {name: compiled(schemas_root() / "packs" / name) for name in CASES}


def told(packs, pack: str, name: str) -> tree.Element:
    news = CASES[pack][name]
    (content,) = packs[pack].project(news.message, prepared_way.prepared(packs[pack], news))
    return safe.parse(content)


def texts(root: tree.Element, path: str) -> list[str]:
    return [node.text or "" for node in root.xpath(path, namespaces=WAY)]


@pytest.mark.parametrize("file", FORMAT)
def test_it_is_one_format(packs, file):
    for one, other in combinations(packs.values(), 2):
        assert one.files[file] == other.files[file]


def test_the_cases_are_those_of_today():
    """If not, run ``python -m tests.packs.prepared_way`` and ``tests.packs.regenerate``."""
    for name, content in prepared_way.files().items():
        assert (schemas_root() / "packs" / name).read_bytes() == content, name


@pytest.mark.parametrize(("pack", "name"), SAID, ids="/".join)
def test_it_says_what_happened_last(packs, pack, name):
    news, root = CASES[pack][name], told(packs, pack, name)
    kinds = [kind.value for kind, _ in news.events] or [news.until.value]
    assert texts(root, "//w:Event/w:Kind") == kinds


@pytest.mark.parametrize(("pack", "name"), SAID, ids="/".join)
def test_it_says_whether_goods_are_still_expected(packs, pack, name):
    root = told(packs, pack, name)
    awaited = not name.endswith(("left-out", "turned-back", "refused"))
    assert texts(root, "//w:ComingIndicator") == [str(int(awaited))]
    assert len(texts(root, "//w:ExpectedDateTime")) == awaited


EXPECTED = {
    "as estimated last": ("vn", "exit-late", "2026-11-25T16:30:00+07:00"),
    "as declared, where nothing else is known": ("cn", "exit-hurt", "2026-11-25T14:00:00+08:00"),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_when_goods_are_expected(packs, name):
    pack, case, at = EXPECTED[name]
    assert texts(told(packs, pack, case), "//w:ExpectedDateTime") == [at]


@pytest.mark.parametrize(("pack", "name"), SAID, ids="/".join)
def test_drivers_and_seals_go_to_a_gate_that_another_vehicle_comes_to(packs, pack, name):
    root = told(packs, pack, name)
    assert bool(texts(root, "//w:SealID")) is name.endswith(("swapped", "hurt"))
    assert bool(texts(root, "//w:Driver/w:Name")) is (name in ("exit-swapped", "entry-swapped"))


def test_the_temperature_is_told_with_the_limits_it_passed(packs):
    root = told(packs, "vn", "entry-warm")
    (read,) = root.xpath("//w:TemperatureMeasure", namespaces=WAY)
    assert ((read.text or "").strip(), read.get("lowest"), read.get("highest")) == ("9.5", "2", "8")


@pytest.mark.parametrize(("pack", "name"), SAID, ids="/".join)
def test_offices_take_note_and_answer_nothing(packs, pack, name):
    news = CASES[pack][name]
    spec = packs[pack].message(news.message)
    content = tree.serialise(told(packs, pack, name))
    assert packs[pack].behaviour.to(news.message, content) == ()
    assert (spec.signatory, spec.suite, spec.after, spec.occasional) == (
        "gateway",
        "none",
        (),
        True,
    )
    assert spec.goes_to(news.role)


def test_every_such_message_is_tried(packs):
    kinds = {
        (name, spec.type)
        for name, pack in packs.items()
        for spec in pack.manifest.messages
        if spec.schema == "xsd/way.xsd"
    }
    assert kinds == {(pack, CASES[pack][name].message) for pack, name in SAID}
