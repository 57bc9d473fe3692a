"""The JSON twin: nothing is lost on the way there and back, and its schema is up to date."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.adapters.pack_folder import read_folder
from gateway.domain.finding import Refusal
from gateway.markup import safe, tree
from gateway.packs.twin import read_twin
from gateway.pipeline.convert import convert, fill_placeholders
from tests.interop import samples
from tests.packs import prepared_ctc, prepared_wco
from tests.schemas import render_json_schema

TWIN = read_twin(read_folder(render_json_schema.FOLDER), render_json_schema.MAIN)
EXAMPLES = sorted((render_json_schema.FOLDER / "examples").glob("*.xml"))
CASES = {path.stem: path.read_bytes() for path in EXAMPLES}
for _path in samples.OWN:
    _filled = fill_placeholders(_path.read_bytes(), prepared_ctc.SUBMITTED)
    CASES[_path.stem] = convert(_filled, prepared_ctc.intakes()).content
CASES["wco"] = convert(
    prepared_wco.OWN.read_bytes(), prepared_ctc.intakes(), route=prepared_wco.ROUTE
).content


def content(root):
    """Canonical content without the white space between elements, and without signature."""
    bare = tree.without(root, tree.XMLDSIG, "Signature")
    for node in bare.iter():
        node.tail = None
        if len(node):
            node.text = None
    return tree.canonical(bare)


@pytest.mark.parametrize("name", CASES)
def test_there_and_back(name):
    root = safe.parse(CASES[name])
    told = TWIN.to_json(root)
    assert content(safe.parse(TWIN.to_xml(told))) == content(root)


TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc"), min_codepoint=32), min_size=1)


@settings(deadline=None)
@given(description=TEXT, name=TEXT, order=st.randoms())
def test_any_text_in_any_order_comes_back(description, name, order):
    told = json.loads(TWIN.to_json(safe.parse(CASES["chongqing-haiduong"])))
    item = told["Consignment"]["HouseConsignment"][0]["GoodsItem"][0]
    item["Commodity"]["Description"][0]["value"] = description
    told["Party"][0]["Name"][0]["value"] = name
    members = list(told.items())
    order.shuffle(members)
    made = safe.parse_own({"x": TWIN.to_xml(json.dumps(dict(members)).encode())}, "x")
    again = json.loads(TWIN.to_json(made))
    assert again == told


def test_the_schema_is_up_to_date():
    wanted = render_json_schema.rendered()
    path = render_json_schema.target()
    assert path.read_text("utf-8") == wanted, "run python -m tests.schemas.render_json_schema"


WRONG = {
    "no JSON": (b"{", "json.malformed", ""),
    "a number": (b'{"TypeCode": 1}', "json.malformed", ""),
    "twice": (b'{"TypeCode": "EX", "TypeCode": "IM"}', "json.malformed", ""),
    "deep": (b"[" * 100_000, "json.malformed", ""),
    "unknown": (b'{"Colour": "red"}', "json.unknown-member", "/Colour"),
    "no list": (b'{"Party": {"role": "exporter"}}', "json.wrong-kind", "/Party"),
    "a list": (b'{"TypeCode": ["EX"]}', "json.wrong-kind", "/TypeCode"),
    "unknown inside": (b'{"Party": [{"age": "7"}]}', "json.unknown-member", "/Party/0/age"),
    "text for an object": (b'{"Itinerary": "x"}', "json.wrong-kind", "/Itinerary"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name):
    raw, code, where = WRONG[name]
    with pytest.raises(Refusal) as told:
        TWIN.to_xml(raw)
    assert [(one.code, one.pointer) for one in told.value.findings] == [(code, where)]
