"""Lists of the command line: a page at a time, to the end, in the folder as over HTTP."""

import pytest

from gateway.bootstrap import open_gateway
from gateway.settings import load_settings
from tests.cli.commands import fullroute
from tests.serving import served

LISTS = {"movement": "reference", "trip": "id", "group": "group"}


@pytest.fixture
def filled(desk, tmp_path):
    """Three movements, their trips, and the three groups in which they were handed in."""
    for one in range(3):
        file = desk.declaration().rename(tmp_path / f"wagon-{one}.xml")
        assert desk.run("group", "submit", file, *desk.pair("exporter")).code == 0
    return desk


def _read(run, kind):
    """Return the names of a list, read two by two, and what was said at the end of each page."""
    names, ends, cursor = [], [], ()
    while True:
        asked = (kind, "list", "--limit", "2", *cursor)
        page = run(*asked, "--json").json
        names += [one[LISTS[kind]] for one in page["data"]]
        ends.append(run(*asked).err.strip())
        assert page["has_more"] == bool(page["next_cursor"])
        if not page["has_more"]:
            return names, ends
        cursor = ("--cursor", page["next_cursor"])


@pytest.mark.full
@pytest.mark.parametrize("kind", LISTS)
def test_a_list_is_read_to_its_end(filled, kind):
    whole = filled.run(kind, "list", "--limit", "200", "--json").json
    assert (len(whole["data"]) >= 3, whole["next_cursor"]) == (True, "")
    with open_gateway(load_settings(data=filled.folder)) as gateway, served(gateway) as url:
        there = {"FULLROUTE_URL": url, "FULLROUTE_API_KEY": filled.exporter_key}
        for run in (filled.run, lambda *words: fullroute(*words, **there)):
            names, ends = _read(run, kind)
            assert names == [one[LISTS[kind]] for one in whole["data"]]
            assert ends[0] == f"There are more: add --cursor {names[1]}"
            assert ends[-1] == ""


@pytest.mark.parametrize(
    ("kind", "cursor", "told"),
    [
        ("movement", "26CN4F7K2M9PQR8TJ5", (4, "movement.unknown")),
        ("movement", "zzz", (3, "reference.malformed")),
        ("group", "grp_x", (4, "group.unknown")),
    ],
)
def test_a_cursor_nobody_gave_is_not_the_end_of_the_list(desk, kind, cursor, told):
    said = desk.run(kind, "list", "--cursor", cursor, "--json")
    assert (said.code, said.json["errors"][0]["code"]) == told, said.both
