"""``fullroute group``: folders, files and archives of declarations."""

import pytest

from gateway.markup.archive import Entry, pack


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
