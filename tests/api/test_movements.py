"""Movements over HTTP: seen by their own tenant only, reported on, streamed, exported."""

import io
import zipfile
from typing import get_args

import pytest

from gateway.api.movements import Told
from gateway.domain.event import REPORTABLE, EventKind
from gateway.domain.identifiers import MovementReference
from tests.api.conftest import Face

PAGES = {
    "movement": "/v1/movements/{movement}",
    "timeline": "/v1/movements/{movement}/timeline",
    "stream": "/v1/movements/{movement}/timeline/stream",
    "export": "/v1/movements/{movement}/export",
    "content": "/v1/movements/{movement}/messages/{message}/content",
    "trip": "/v1/trips/{trip}",
}
READS = {**PAGES, "list": "/v1/movements", "links": "/v1/links"}


def _filled(face: Face, movement: str, path: str) -> str:
    message = face.world.store.messages(movement)[0].id
    trip = face.world.store.trips_of(movement)[0].id
    return path.format(movement=movement, message=message, trip=trip)


@pytest.mark.parametrize("name", READS)
def test_nobody_reads_without_a_key(face: Face, movement: str, name: str) -> None:
    answer = face.client.get(_filled(face, movement, READS[name]))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("name", PAGES)
def test_a_strangers_page_is_not_there(face: Face, movement: str, name: str) -> None:
    path = _filled(face, movement, PAGES[name])
    answer = face.client.get(path, headers=face.callers["stranger"])
    assert answer.status_code == 404
    nowhere = path.replace(movement, "26CN000000000000J0")
    missing = face.client.get(nowhere, headers=face.callers["stranger"])
    assert missing.status_code == 404


def test_lists_do_not_mix_tenants(face: Face, movement: str) -> None:
    own = face.client.get("/v1/movements", headers=face.callers["exporter"]).json()
    assert movement in {one["reference"] for one in own["data"]}
    strange = face.client.get("/v1/movements", headers=face.callers["stranger"]).json()
    assert strange == {"data": [], "next_cursor": "", "has_more": False}
    assert not face.client.get("/v1/links", headers=face.callers["stranger"]).json()["data"]


def test_pages_of_a_list_meet_without_gap(face: Face, movement: str) -> None:
    for place in range(3):
        assert face.submit(face.declaration(), f"page-{place}").status_code == 202
    everything = face.client.get("/v1/movements", headers=face.callers["reader"]).json()["data"]
    found, cursor = [], ""
    while True:
        page = face.client.get(
            "/v1/movements",
            params={"limit": 2, "cursor": cursor},
            headers=face.callers["reader"],
        ).json()
        found += page["data"]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break
    assert found == everything
    assert movement in {one["reference"] for one in found}


def test_a_cursor_nobody_gave_is_a_problem(face: Face) -> None:
    answer = face.client.get(
        "/v1/movements", params={"cursor": "zzz"}, headers=face.callers["reader"]
    )
    assert answer.status_code == 422
    assert [one["code"] for one in answer.json()["errors"]] == ["reference.malformed"]


def test_a_cursor_that_is_no_movement_here_is_not_the_end_of_the_list(
    face: Face, movement: str
) -> None:
    """It may be a stranger's, or of before an older database was put back."""
    unknown = MovementReference.make(2026, "CN", "0" * 12).value
    for caller, cursor in (("reader", unknown), ("stranger", movement)):
        answer = face.client.get(
            "/v1/movements", params={"cursor": cursor}, headers=face.callers[caller]
        )
        assert answer.status_code == 404
        assert [one["code"] for one in answer.json()["errors"]] == ["movement.unknown"]


@pytest.mark.parametrize("limit", ["0", "201", "x", "-1"])
def test_a_wrong_parameter_is_a_problem(face: Face, limit: str) -> None:
    answer = face.client.get(
        "/v1/movements", params={"limit": limit}, headers=face.callers["reader"]
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "request.parameter"


def test_a_movement_shows_everything(face: Face, movement: str) -> None:
    told = face.client.get(f"/v1/movements/{movement}", headers=face.callers["reader"]).json()
    assert [stop["office"] for stop in told["stops"]] == [
        "CN008001",
        "CN00X001",
        "VN0015BB",
        "VN0003PJ",
    ]
    assert told["stops"][0]["expected_office_time"] == "2026-11-24T08:00:00+08:00"
    assert {one["kind"] for one in told["procedures"]} == {
        "cn-export",
        "cn-exit",
        "vn-transport",
        "vn-import",
    }
    numbers = {kind: value for one in told["procedures"] for kind, value in one["numbers"].items()}
    assert len(numbers["entry"]) == 18
    awaiting = [one for one in told["messages"] if one["state"] == "awaiting-signature"]
    assert {one["signatory"] for one in awaiting} == {"importer"}


def test_the_timeline_continues_where_one_stopped(face: Face, movement: str) -> None:
    path = f"/v1/movements/{movement}/timeline"
    everything = face.client.get(path, headers=face.callers["reader"]).json()
    indices = [line["index"] for line in everything["data"]]
    assert indices == sorted(set(indices))
    assert everything["next"] == indices[-1]
    middle = indices[len(indices) // 2]
    rest = face.client.get(path, params={"after": middle}, headers=face.callers["reader"]).json()
    assert [line["index"] for line in rest["data"]] == [i for i in indices if i > middle]
    local = next(line for line in everything["data"] if line["office"] == "VN0015BB")
    assert local["office_time"].endswith("+07:00")
    assert local["at"].endswith("Z")


def test_content_is_the_exact_bytes(face: Face, movement: str) -> None:
    sent = next(one for one in face.world.store.messages(movement) if one.wire)
    answer = face.client.get(
        f"/v1/movements/{movement}/messages/{sent.id}/content", headers=face.callers["reader"]
    )
    assert answer.content == face.world.store.body(sent.wire).content
    assert answer.headers["content-type"] == sent.media_type
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_export_is_the_same_zip_twice(face: Face, movement: str) -> None:
    path = f"/v1/movements/{movement}/export"
    first = face.client.get(path, headers=face.callers["reader"])
    assert first.headers["content-type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(first.content)).testzip() is None


REPORTS = {
    "nobody": ("nobody", {"kind": "departed"}, 401, "access.missing-key"),
    "a reader": ("reader", {"kind": "departed"}, 403, "access.scope-missing"),
    "a stranger": ("stranger", {}, 404, "movement.unknown"),
    "another kind": ("exporter", {"kind": "flown"}, 400, "json.shape"),
    "not one's own": ("exporter", {"kind": "released"}, 400, "json.shape"),
    "elsewhere": ("exporter", {"office": "CN007208"}, 422, "report.office-not-on-the-way"),
    "without a zone": ("exporter", {"at": "2026-11-24T08:05:00"}, 400, "json.shape"),
    "a member more": ("exporter", {"x": 1}, 400, "json.shape"),
}


def test_every_report_an_enterprise_makes_can_be_posted() -> None:
    assert {EventKind(one) for one in get_args(Told)} == REPORTABLE


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_that_is_not_taken(face: Face, movement: str, name: str) -> None:
    caller, changed, status, code = REPORTS[name]
    body = {"kind": "departed", "at": "2026-11-23T08:05:00+08:00", "office": "CN008001", **changed}
    answer = face.client.post(
        f"/v1/movements/{movement}/reports", json=body, headers=face.callers[caller]
    )
    assert answer.status_code == status, answer.text
    assert answer.json()["errors"][0]["code"] == code


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"kind=departed", "application/x-www-form-urlencoded", 415),
    ],
)
def test_a_report_that_cannot_be_read(
    face: Face, movement: str, body: bytes, kind: str, status: int
) -> None:
    answer = face.client.post(
        f"/v1/movements/{movement}/reports",
        content=body,
        headers={**face.callers["exporter"], "Content-Type": kind},
    )
    assert answer.status_code == status


BOOKS = {
    "one long text": {"note": "x" * 4_001},
    "one long name": {"x" * 65: "note"},
    "very many": {f"note-{number}": "x" for number in range(51)},
}


@pytest.mark.parametrize("facts", BOOKS.values(), ids=BOOKS)
def test_facts_that_would_be_read_for_ever_after_are_refused(face: Face, movement: str, facts):
    body = {"kind": "incident", "at": "2026-11-23T08:05:00+08:00", "office": "CN008001"}
    path = f"/v1/movements/{movement}/reports"
    answer = face.client.post(path, json=body | {"facts": facts}, headers=face.callers["exporter"])
    assert answer.status_code == 400
    assert {one["code"] for one in answer.json()["errors"]} == {"json.shape"}


def test_a_report_moves_the_movement_once(face: Face) -> None:
    movement = face.submit(face.declaration(), "to-depart").json()["movement"]
    face.world.run()
    body = {
        "kind": "departed",
        "at": "2026-11-23T08:05:00+08:00",
        "office": "CN008001",
        "facts": {"seal": "CQ8801172"},
    }
    path = f"/v1/movements/{movement}/reports"
    first = face.client.post(path, json=body, headers=face.callers["exporter"])
    assert first.status_code == 200, first.text
    assert first.json()["events"][0]["kind"] == "departed"
    again = face.client.post(path, json=body, headers=face.callers["exporter"])
    assert again.json() == {"events": []}


def test_a_run_is_listed_shown_and_told_once(face: Face) -> None:
    reader, exporter = face.callers["reader"], face.callers["exporter"]
    texts = {"YYG2611240001": "RUN1", "CQ-2026-000117": "CQ-RUN-1"}
    made = face.submit(face.world.declaration(texts=texts), "run-1").json()["movement"]
    listed = face.client.get("/v1/trips", params={"limit": 1}, headers=reader).json()
    assert listed["data"][0]["movements"] == [made]
    strange = face.client.get("/v1/trips", params={"plate": "桂A0"}, headers=reader).json()
    assert strange["data"] == []
    batch = "RUN1"
    told = {"kind": "incident", "at": "2026-11-23T08:05:00+08:00", "office": "CN008001"}
    path = f"/v1/trips/{batch}/reports"
    refused = face.client.post(path, json=told, headers=exporter)
    assert refused.status_code == 422
    assert {one["code"] for one in refused.json()["errors"]} == {"trip.not-all-can"}
    assert face.client.post(path, json=told, headers=reader).status_code == 403
    done = face.client.post(path, json={**told, "kind": "yard-reached"}, headers=exporter)
    assert done.status_code == 200, done.text
    shown = face.client.get(f"/v1/trips/{batch}", headers=reader).json()
    assert shown["reports"] == [done.json()]
    assert [one["movement"] for one in shown["aboard"]] == [made]
    assert shown["packages"] == 124


def test_trips_do_not_mix_tenants(face: Face, movement: str) -> None:
    assert movement
    strange = face.client.get("/v1/trips", headers=face.callers["stranger"]).json()
    assert strange == {"data": [], "next_cursor": "", "has_more": False}


def test_a_declaration_is_copied_as_new(face: Face, movement: str) -> None:
    def copied(caller: str = "exporter", **asked: str):
        path = f"/v1/movements/{movement}/copy"
        return face.client.get(path, params=asked, headers=face.callers[caller])

    answer = copied(lrn="NEXT-9", depart="2026-12-01T08:00:00+08:00")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/xml")
    assert b"<FunctionalReferenceID>NEXT-9<" in answer.content
    assert b"<ExpectedDateTime>2026-12-01T08:00:00+08:00<" in answer.content
    assert copied().status_code == 400
    assert copied(lrn="NEXT-9", depart="tomorrow").status_code == 400
    assert copied("stranger", lrn="NEXT-9").status_code == 404
