"""Code lists of every pack: one header, one row a code, every row says where it comes from."""

import csv
from datetime import date
from pathlib import Path

import pytest

from gateway.adapters.pack_folder import schemas_root

HEADER = [
    "code",
    "to",
    "name_en",
    "name_zh",
    "name_vi",
    "valid_from",
    "valid_to",
    "source",
    "status",
]
FILES = sorted(schemas_root().glob("packs/*/codelists/*.csv"))
NAMES = [f"{path.parent.parent.name}/{path.stem}" for path in FILES]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_there_are_lists():
    assert {path.parent.parent.name for path in FILES} >= {"cn"}


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_header(path):
    with path.open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == HEADER


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_every_row_is_as_wide_as_the_header(path):
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file, strict=True), start=1):
            assert len(row) == len(HEADER), number
            assert [cell.strip() for cell in row] == row, number


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_codes_are_unique(path):
    keys = [(row["code"], row["valid_from"]) for row in rows(path)]
    assert keys
    assert len(keys) == len(set(keys))
    assert all(code for code, _ in keys)


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_every_code_has_name_source_and_status(path):
    for row in rows(path):
        assert row["source"], row
        assert row["status"] in ("confirmed", "unverified"), row
        assert row["name_en"], row


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_validity_runs_forward(path):
    for row in rows(path):
        begun, ended = (
            date.fromisoformat(row[key]) if row[key] else None for key in ("valid_from", "valid_to")
        )
        assert begun is None or ended is None or begun <= ended, row


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_stored_plainly(path):
    raw = path.read_bytes()
    assert b"\r" not in raw
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert raw.endswith(b"\n")


CONFIRMED = [
    ("cn/packages", "CT", "22"),
    ("cn/offices", "CN008001", "8001"),
    ("cn/offices", "CN007208", "7208"),
    ("cn/reply-types", "11", "11"),
]
"""Codes read in a source; the others of these lists must not claim as much."""


@pytest.mark.parametrize(("name", "code", "to"), CONFIRMED)
def test_confirmed_codes(name, code, to):
    (row,) = [row for row in rows(FILES[NAMES.index(name)]) if row["code"] == code]
    assert (row["to"], row["status"]) == (to, "confirmed")


@pytest.mark.parametrize(
    "name", ["units", "countries", "currencies", "terms", "trade-modes", "duty-modes", "documents"]
)
def test_what_nobody_confirmed_about_china_says_so(name):
    assert {row["status"] for row in rows(FILES[NAMES.index(f"cn/{name}")])} == {"unverified"}
