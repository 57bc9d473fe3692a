"""The field matrix: complete, true to schemas and layouts, and printed."""

import tomllib

import pytest

from gateway.adapters.pack_folder import schemas_root
from tests.schemas import mandatory_fields, render_matrix

MATRIX = {(one["pack"], one["type"]): one["fields"] for one in render_matrix.matrix()}
GIVERS = {"gateway gives", "authority gives", "enterprise reports", "signatory adds"}


def signed(pack, message):
    manifest = tomllib.loads((schemas_root() / "packs" / pack / "pack.toml").read_text("utf-8"))
    (spec,) = [one for one in manifest["message"] if one["type"] == message]
    return spec["suite"] != "none"


def test_every_message_of_every_pack_is_there():
    assert set(MATRIX) == set(mandatory_fields.of_packs())


@pytest.mark.parametrize("key", MATRIX, ids="/".join)
def test_exactly_the_mandatory_fields_are_named(key):
    fields = set(mandatory_fields.of_packs()[key])
    if signed(*key):
        fields.add("Signature")
    assert set(MATRIX[key]) == fields


@pytest.mark.parametrize("key", MATRIX, ids="/".join)
def test_every_source_exists(key):
    known = mandatory_fields.of_declaration()
    sources = {source.partition(" (")[0] for source in MATRIX[key].values()}
    assert sources - GIVERS <= known


def test_who_signs_is_told_where_it_is_signed():
    for key, fields in MATRIX.items():
        assert (fields.get("Signature") == "signatory adds") is signed(*key), key


def test_the_tables_are_up_to_date():
    page = render_matrix.readme().read_text("utf-8")
    assert render_matrix.rendered(page) == page, "run python -m tests.schemas.render_matrix"
