"""``fullroute group``: folders, files and archives of declarations."""

import pytest

from gateway.bootstrap import open_gateway
from gateway.markup.archive import Entry, pack
from gateway.settings import load_settings
from tests.cli.commands import fullroute
from tests.serving import served


def _train(desk, tmp_path, *, wagons: int = 2, bad: bool = False):
    folder = tmp_path / "train"
    folder.mkdir()
    for wagon in range(wagons):
        desk.declaration().rename(folder / f"wagon-{wagon}.xml")
    if bad:
        (folder / "bad.xml").write_text("<Declaration/>")
    return folder


def test_a_folder_is_a_group(desk, tmp_path):
    before = desk.movements()
    train = _train(desk, tmp_path)
    said = desk.run("group", "submit", train, *desk.pair("exporter"), "--json")
    assert said.code == 0, said.both
    assert [one["state"] for one in said.json["members"]] == ["taken-in"] * 2
    assert [one["name"] for one in said.json["members"]] == ["wagon-0.xml", "wagon-1.xml"]
    assert desk.movements() == before + 2
    shown = desk.run("group", "show", said.json["group"])
    assert (shown.code, "2 of 2 taken in" in shown.err) == (0, True), shown.both
    assert max(map(len, shown.out.splitlines())) <= 80
    listed = desk.run("group", "list", "--json").json["data"]
    assert listed[0]["group"] == said.json["group"]


def _workbook(desk, tmp_path):
    """One declaration as a workbook, which bears no signature."""
    book = tmp_path / "book.xlsx"
    assert fullroute("sheet", "fill", desk.declaration(), "-o", book).code == 0
    return (book,)


def _namesakes(desk, tmp_path):
    """Two files of one name in two folders, and one of that name in an archive."""
    files = []
    for day in ("monday", "tuesday"):
        (tmp_path / day).mkdir()
        files.append(desk.declaration().rename(tmp_path / day / "wagon.xml"))
    archive = tmp_path / "wednesday.zip"
    archive.write_bytes(pack([Entry("Wagon.xml", desk.declaration().read_bytes())]))
    return (*files, archive)


TAKEN = {
    "a workbook": (_workbook, ["book.xlsx"]),
    "files of one name": (
        _namesakes,
        ["monday/wagon.xml", "tuesday/wagon.xml", "wednesday/Wagon.xml"],
    ),
}


@pytest.mark.full
@pytest.mark.parametrize("http", [False, True], ids=["folder", "url"])
@pytest.mark.parametrize("name", TAKEN)
def test_whatever_is_a_declaration_can_be_of_a_group(desk, tmp_path, name, http):
    make, names = TAKEN[name]
    asked = ("group", "submit", *make(desk, tmp_path), "--json")
    with open_gateway(load_settings(data=desk.folder)) as gateway, served(gateway) as url:
        key = desk.exporter_key
        signing = () if make is _workbook else desk.pair("exporter")
        there = {"FULLROUTE_URL": url, "FULLROUTE_API_KEY": key}
        said = fullroute(*asked, *signing, **there) if http else desk.run(*asked, *signing)
    if make is _workbook:  # this desk takes nothing unsigned in, so it was read to its end
        codes = {one["code"] for one in said.json["errors"]}
        assert (said.code, "signature.missing" in codes) == (3, True), said.both
        assert {one["pointer"].partition("#")[0] for one in said.json["errors"]} == {*names}
    else:
        assert said.code == 0, said.both
        assert [one["name"] for one in said.json["members"]] == names


def test_a_file_named_twice_is_not_two(desk, tmp_path):
    train = _train(desk, tmp_path, wagons=1)
    said = desk.run("group", "submit", train, train / "wagon-0.xml", "--json")
    assert (said.code, said.json["errors"][0]["code"]) == (3, "zip.repeated-name"), said.both


@pytest.mark.full
def test_all_or_nothing_and_best_effort(desk, tmp_path):
    before = desk.movements()
    train = _train(desk, tmp_path, wagons=1, bad=True)
    archive = tmp_path / "train.zip"
    archive.write_bytes(pack([Entry(one.name, one.read_bytes()) for one in train.iterdir()]))
    refused = desk.run("group", "submit", archive, *desk.pair("exporter"), "--json")
    assert refused.code == 3
    assert any(one["pointer"].startswith("bad.xml#") for one in refused.json["errors"])
    assert desk.movements() == before
    partly = desk.run(
        "group", "submit", train, *desk.pair("exporter"), "--mode", "best-effort", "--json"
    )
    assert (partly.code, partly.json["taken_in"], partly.json["refused"]) == (10, 1, 1)
    assert desk.movements() == before + 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("submit", "nowhere.xml"), 4),
        (("submit", "--mode", "some", "x"), 2),
        (("show", "grp_x"), 4),
    ],
)
def test_what_cannot_be_done(desk, arguments, code):
    said = desk.run("group", *arguments, "--json")
    assert said.code == code, said.both


@pytest.mark.full
def test_a_movement_is_copied_as_new(desk, tmp_path):
    first = desk.run("submit", desk.declaration(), *desk.pair("exporter"), "--json").json
    target = tmp_path / "next.xml"
    copied = ("movement", "copy", first["movement"], "--lrn", "CQ-2026-COPY-1", "-o", target)
    assert desk.run(*copied, "--depart", "2026-11-25T08:00:00+08:00").code == 0
    raw = target.read_text("utf-8")  # another truck: the lanes of this desk tell its own apart
    target.write_text(raw.replace("A8D217", "A8D218").replace("AK217", "AK218"), "utf-8")
    again = desk.run("submit", target, *desk.pair("exporter"), "--json")
    assert again.code == 0, again.both
    assert again.json["movement"] != first["movement"]
