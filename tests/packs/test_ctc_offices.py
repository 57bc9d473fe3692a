"""The simulated offices of common transit: what they answer, and how a trader steers them."""

import re
from datetime import UTC, datetime

import pytest

from gateway.markup import safe
from tests.packs import prepared_ctc
from tests.packs.pack_cases import compiled
from tests.packs.prepared_ctc import ARRIVED, ASKED, RELEASED, SUBMISSION, changed, codes, made

NCTS = "http://ncts.dgtaxud.ec"


@pytest.fixture(scope="module")
def pack():
    return compiled(prepared_ctc.FOLDER)


STANDARD = ["CC928C", "CC028C", "CC029C"]
ARRIVING = ["CD118C", "CD006C", "CD018C"]
SCENES = {
    "standard": ("CC015C", "", STANDARD),
    "pre-lodged": ("CC015C", "additionalDeclarationType:D", ["CC928C"]),
    "refused on demand": ("CC015C", "LRN:REFUSE", ["CC928C", "CC056C"]),
    "controlled on demand": ("CC015C", "LRN:CONTROL", ["CC928C", "CC028C", "CC060C"]),
    "presented": ("CC170C", "", ["CC028C", "CC029C"]),
    "presentation refused": ("CC170C", "LRN:REFUSE", ["CC056C-170"]),
    "amended": ("CC013C", "", ["CC004C"]),
    "amended too late": ("CC013C", "UCR:LATE", ["CC056C-013"]),
    "taken back": ("CC014C", "", ["CC009C"]),
    "taken back too late": ("CC014C", "justification:REFUSE", ["CC056C-014"]),
    "kept against the holder's wish": ("CC014C", "justification:KEEP", ["CC009C-refused"]),
    "destination with a frontier of its own": ("CD001C", "", ARRIVING),
    "destination that loses the goods": ("CD001C", "UCR:DIVERT GB000060", ["CD002C"]),
    "destination that cannot use the record": ("CD001C", "UCR:WRONG", ["CD906C"]),
    "destination that says nothing": ("CD001C", "UCR:SILENT", []),
    "office that asked": ("CD003C", "", ["CD006C", "CD018C"]),
    "transit": ("CD050C", "", ["CD118C"]),
    "transit with broken seals": ("CD050C", "UCR:INCIDENT", ["CD180C", "CD118C"]),
    "transit with another vehicle": ("CD050C", "UCR:RELOAD", ["CD180C", "CD118C"]),
    "transit that cannot read": ("CD050C", "UCR:UNREADABLE", ["CD917C"]),
    "transit that cannot use the record": ("CD050C", "UCR:WRONG", ["CD906C"]),
    "incident told": ("CD180C", "", ["CC182C"]),
    "crossing told": ("CD118C", "", []),
    "arrival forwarded": ("CD006C", "", []),
    "result forwarded": ("CD018C", "", []),
    "invalidation told": ("CD010C", "", []),
    "incident forwarded": ("CD181C", "", []),
}


def asking(content, wish):
    """Return the message as the trader steers the simulated office: a word in one of its fields."""
    what, _, word = wish.partition(":")
    if what == "UCR" and b"<referenceNumberUCR>" not in content:
        return changed(content, ("(<Consignment>.*?<grossMass>.*?</grossMass>)", rf"\1{ucr(word)}"))
    tag = {"UCR": "referenceNumberUCR"}.get(what, what)
    return changed(content, (f"<{tag}>[^<]*", f"<{tag}>{word}")) if wish else content


def ucr(word):
    return f"<referenceNumberUCR>{word}</referenceNumberUCR>"


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("declared", ["plain", "rich"])
def test_offices_answer_in_order_and_in_their_own_schema(pack, name, declared):
    message, wish, expected = SCENES[name]
    content = asking(made(pack, message, declared), wish)
    assert codes(pack, message, content) == set()
    answers = pack.behaviour.to(message, content)
    assert [one.after_ms for one in answers] == sorted(one.after_ms for one in answers)
    assert [answer(pack, one) for one in answers] == expected


def test_an_office_of_exit_sees_the_goods_leave(pack):
    content = made(pack, "CD160C", "rich")
    (left,) = pack.behaviour.to("CD160C", content)
    assert answer(pack, left) == "CD168C"
    assert pack.behaviour.to("CD160C", asking(content, "UCR:SILENT")) == ()


def test_a_no_is_kept_by_the_office_that_asked(pack):
    refused = made(pack, "CD003C", history=(SUBMISSION, RELEASED, ARRIVED, ASKED))
    assert codes(pack, "CD003C", refused) == set()
    assert b"<Consignment" not in refused
    assert pack.behaviour.to("CD003C", refused) == ()


def answer(pack, scripted):
    raw = scripted.render(prepared_ctc.GIVEN)
    told = pack.read_answer(raw)
    kind = safe.parse(raw).tag.removeprefix(f"{{{NCTS}}}")
    assert safe.compile_schema(pack.files, f"xsd/{kind.lower()}.xsd").check(safe.parse(raw)) == ()
    assert told.correlation == ("" if kind == "CD002C" else prepared_ctc.MESSAGE)
    assert told.occurred_at == datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    return told.type


def test_an_answer_without_correlation_quotes_nothing(pack):
    (scripted, *_) = pack.behaviour.to("CC015C", made(pack, "CC015C"))
    raw = scripted.render(prepared_ctc.GIVEN)
    quoted = re.sub(rb"<correlationIdentifier>.*?</correlationIdentifier>", b"", raw)
    assert quoted != raw
    assert pack.read_answer(quoted).correlation == ""
