"""Smart lanes over HTTP: answered in the reader's language, for those who may, once."""

import base64
import json

import pytest

from gateway.audit.snapshot import read_sealed
from gateway.usecases import setup
from tests.api.conftest import Face
from tests.world import LANE

PATH = "/v1/lanes/yyg-3/passages"


@pytest.fixture(scope="module", autouse=True)
def lane(face: Face, movement: str) -> str:
    """A lane, and a truck that may go through it."""
    setup.add_lane(face.world.ports, LANE)
    return movement


def reading(face: Face, name: str, **changed):
    return {
        "id": name,
        "at": face.world.clock.now().isoformat(),
        "direction": "out",
        "plates": [{"text": "桂A8D217", "confidence": 93}, "桂AK217挂"],
        "seals": ["CQ8801172", "ES20261123A7"],
        "weight_kg": 19480.5,
        "temperature_c": "18.5",
        **changed,
    }


def post(face: Face, told, caller="officer", path=PATH, **headers):
    sent = {**face.callers[caller], "Content-Type": "application/json", **headers}
    return face.client.post(path, content=json.dumps(told), headers=sent)


def test_go(face: Face, movement: str) -> None:
    answer = post(face, reading(face, "p-go"))
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["says"], said["stands"], said["reason"]["code"]) == ("go", "go", "lane.go")
    assert said["movements"] == [movement]
    assert said["confidence"] == 100
    assert said["age_seconds"] == 0
    assert set(said["asked"].values()) == {"true"}
    assert said["events"] == ["at-gate", "re-weighed"]
    again = post(face, {**reading(face, "p-go"), "at": said["at"]})
    assert again.status_code == 409  # the time differs by parts of a second: another reading


def test_a_repeat_is_answered_as_before(face: Face) -> None:
    told = reading(face, "p-twice", reference="YYG2611240001")
    first, second = post(face, told).json(), post(face, told).json()
    assert (first["repeated"], second["repeated"]) == (False, True)
    assert first["says"] == second["says"] == "go"


@pytest.mark.parametrize(
    ("lang", "word"), [("zh", "关锁"), ("vi", "Niêm phong"), ("en", "The seal")]
)
def test_the_reason_is_told_in_the_readers_language(face: Face, lang: str, word: str) -> None:
    told = reading(face, f"p-seal-{lang}", seals=["XX1", "CQ8801172"])
    said = post(face, told, **{"Accept-Language": lang}).json()
    assert (said["says"], said["reason"]["value"]) == ("stop", "XX1")
    assert said["reason"]["message"].startswith(word)
    assert "ES20261123A7" in said["reason"]["message"]


def test_candidates_are_told_where_the_run_is_unsure(face: Face) -> None:
    said = post(face, reading(face, "p-two", plates=["A8D217", "AK217"], seals=[])).json()
    assert said["says"] == "refer"
    (candidate,) = said["candidates"]
    assert candidate["batch"] == "YYG2611240001"
    assert candidate["misreads"] == 3


BAD = {
    "no id": ({"id": ""}, "/id"),
    "a slash in the id": ({"id": "a/b"}, "/id"),
    "a time without offset": ({"at": "2026-11-25T14:00:00"}, "/at"),
    "a time before all time": ({"at": "0001-01-01T00:00:00+05:00"}, "/at"),
    "a time after all time": ({"at": "9999-12-31T23:59:59-05:00"}, "/at"),
    "an unknown direction": ({"direction": "up"}, "/direction"),
    "a confidence above 100": ({"plates": [{"text": "A", "confidence": 101}]}, "/plates/0"),
    "a plate that is a number": ({"plates": [7]}, "/plates/0"),
    "an unknown member": ({"speed": 3}, "/speed"),
    "a weight in words": ({"weight_kg": "heavy"}, "/weight_kg"),
    "an endless weight": ({"weight_kg": "Infinity"}, "/weight_kg"),
}


@pytest.mark.parametrize(("changed", "pointer"), BAD.values(), ids=BAD.keys())
def test_a_malformed_reading_is_a_finding(face: Face, changed, pointer: str) -> None:
    answer = post(face, {**reading(face, "p-bad"), **changed})
    assert answer.status_code in (400, 422)
    found = answer.json()["errors"]
    assert {one["code"] for one in found} == {"json.shape"}
    assert any(one["pointer"].startswith(pointer) for one in found), found


def test_too_many_marks_are_refused(face: Face) -> None:
    answer = post(face, reading(face, "p-many", plates=["A1"] * 21))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/plates")


STRANGERS = {"nobody": 401, "reader": 403, "exporter": 403, "gate-lane": 403}


@pytest.mark.parametrize(("caller", "status"), STRANGERS.items())
def test_who_may_not(face: Face, caller: str, status: int) -> None:
    assert post(face, reading(face, "p-no"), caller).status_code == status
    for path in (PATH, "/v1/lanes/yyg-3/snapshot"):
        answer = face.client.get(path, headers=face.callers[caller])
        assert answer.status_code == status


def test_an_unknown_lane_and_passage(face: Face) -> None:
    answer = post(face, reading(face, "p"), path="/v1/lanes/nowhere/passages")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "lane.unknown")
    answer = post(face, {"says": "go", "reason": "x"}, path=f"{PATH}/none/override")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "lane.no-passage")


def test_two_persons_override(face: Face) -> None:
    post(face, reading(face, "p-over", weight_kg=None))
    path = f"{PATH}/p-over/override"
    asked = post(face, {"says": "go", "reason": "scale is down"}, path=path).json()
    assert (asked["stands"], asked["override"]["confirmed_by"]) == ("refer", "")
    same = post(face, {"says": "go"}, path=path)
    assert (same.status_code, same.json()["errors"][0]["code"]) == (422, "lane.same-person")
    done = post(face, {"says": "go"}, "second", path=path).json()
    assert (done["stands"], done["says"]) == ("go", "refer")
    assert done["override"]["reason"] == "scale is down"
    listed = face.client.get(PATH, headers=face.callers["second"]).json()["data"]
    found = next(one for one in listed if one["passage"] == "p-over")
    assert found["override"] == done["override"]


def test_what_was_said_offline_is_compared(face: Face) -> None:
    at = face.world.clock.now().isoformat()
    offline = {"says": "go", "reason": "lane.go", "facts_at": at, "decided_at": at}
    told = reading(face, "p-off", at=at, weight_kg=30000, offline=offline)
    said = post(face, told).json()
    assert (said["says"], said["stands"], said["differs"]) == ("stop", "stop", True)
    assert said["offline"]["says"] == "go"


def test_the_snapshot_is_sealed_by_a_published_key(face: Face, movement: str) -> None:
    keys = {
        one["id"]: base64.b64decode(one["public_key"])
        for one in face.client.get("/v1/keys").json()["data"]
    }
    raw = face.client.get("/v1/lanes/yyg-3/snapshot", headers=face.callers["officer"]).content
    taken = read_sealed(raw, keys)
    assert taken.lane.id == "yyg-3"
    assert [one.movements[0].reference for one in taken.runs] == [movement]
