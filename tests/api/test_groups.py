"""Many declarations in one request: a ZIP in, a group that is seen getting its movements."""

import pytest

from gateway.markup.archive import Entry, pack
from tests.api.conftest import Face

LRN = "CQ-2026-000117"


def _zip(face: Face, *names: str, bad: bool = False) -> bytes:
    files = [
        Entry(f"{name}.xml", face.world.declaration(texts={LRN: f"RAIL-{name}"})) for name in names
    ]
    return pack([*files, *([Entry("bad.xml", b"<Declaration/>")] if bad else [])])


def _post(face: Face, raw: bytes, key: str, mode: str = "all-or-nothing", **headers: str):
    told = {"Content-Type": "application/zip", "Idempotency-Key": key, **headers}
    return face.client.post(
        f"/v1/groups?mode={mode}", content=raw, headers={**face.callers["exporter"], **told}
    )


def _shown(face: Face, path: str, caller: str = "exporter"):
    return face.client.get(path, headers=face.callers[caller])


def test_a_group_is_taken_in(face: Face) -> None:
    raw = _zip(face, "a", "b")
    answer = _post(face, raw, "train-a")
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert (told["size"], told["staged"], told["mode"]) == (2, 2, "all-or-nothing")
    shown = _shown(face, answer.headers["location"]).json()
    assert [one["state"] for one in shown["members"]] == ["taken-in"] * 2
    assert [one["movement_state"] for one in shown["members"]] == ["lodged"] * 2
    assert _post(face, raw, "train-a").json()["group"] == told["group"]
    listed = _shown(face, "/v1/groups").json()["data"]
    assert listed[0]["group"] == told["group"]
    assert listed[0]["members"] == []


def test_findings_begin_with_the_files_name(face: Face) -> None:
    answer = _post(face, _zip(face, "c", bad=True), "train-c")
    assert answer.status_code == 422
    assert {one["pointer"].partition("#")[0] for one in answer.json()["errors"]} >= {"bad.xml"}
    best = _post(face, _zip(face, "c", bad=True), "train-c2", "best-effort").json()
    assert (best["refused"], best["staged"]) == (1, 1)
    assert [one["code"] for one in best["findings"] if one["pointer"].startswith("bad.xml")]


@pytest.mark.parametrize(
    ("name", "raw", "told", "status"),
    [
        ("no archive", b"<Declaration/>", {}, 400),
        ("nothing in it", pack([]), {}, 400),
        ("another type", b"", {"Content-Type": "application/xml"}, 415),
        ("no key", pack([]), {"Idempotency-Key": ""}, 400),
        ("another mode", pack([]), {"mode": "some"}, 400),
    ],
)
def test_what_is_not_a_group(face: Face, name: str, raw: bytes, told: dict, status: int) -> None:
    mode = told.pop("mode", "all-or-nothing")
    assert _post(face, raw, "train-x", mode, **told).status_code == status, name


def test_a_list_is_read_to_its_end(face: Face) -> None:
    handed_in = {
        _post(face, _zip(face, f"page-{one}"), f"train-page-{one}").json()["group"]
        for one in range(3)
    }
    seen, cursor = [], ""
    while page := _shown(face, f"/v1/groups?limit=2&cursor={cursor}").json():
        seen += [one["group"] for one in page["data"]]
        cursor = page["next_cursor"]
        assert page["has_more"] == bool(cursor)
        if not cursor:
            break
    assert len(seen) == len(set(seen))
    assert handed_in <= set(seen)
    assert _shown(face, f"/v1/groups?cursor={seen[0]}", "stranger").status_code == 404


@pytest.mark.parametrize("path", ["/v1/groups/grp_x", "/v1/groups?cursor=grp_x"])
def test_an_unknown_group(face: Face, path: str) -> None:
    answer = _shown(face, path)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "group.unknown")
