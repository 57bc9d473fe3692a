"""Checking and submitting over HTTP: statuses, repeats, limits, languages."""

import re
from pathlib import Path

import pytest

from gateway.markup import safe
from gateway.markup.workbook import MEDIA_TYPE as WORKBOOK
from tests.api.conftest import BODY_BYTES_MAX, XML, Face
from tests.packs import workbooks
from tests.world import SHIPPED


def test_a_declaration_is_accepted_once(face: Face) -> None:
    raw = face.declaration()
    first = face.submit(raw, "once")
    assert first.status_code == 202, first.text
    told = first.json()
    assert first.headers["location"] == f"/v1/movements/{told['movement']}"
    assert told["state"] == "lodged"
    assert not told["repeated"]

    again = face.submit(raw, "once")
    assert again.status_code == 200
    assert again.json()["movement"] == told["movement"]
    assert again.json()["repeated"]

    under_another_key = face.submit(raw, "once-more")
    assert under_another_key.status_code == 200
    assert under_another_key.json()["movement"] == told["movement"]


def test_one_key_is_for_one_body(face: Face) -> None:
    assert face.submit(face.declaration(), "one-body").status_code == 202
    other = face.submit(face.declaration(), "one-body")
    assert other.status_code == 409
    assert other.json()["errors"][0]["code"] == "idempotency.other-body"


def test_keys_of_different_callers_do_not_meet(face: Face) -> None:
    assert face.submit(face.declaration(), "shared-key").status_code == 202
    stranger = face.submit(face.declaration(), "shared-key", caller="stranger")
    assert stranger.status_code == 422  # its tenant knows no certificate of this exporter
    assert stranger.json()["errors"][0]["code"].startswith("signature.")


REFUSALS = {
    "nobody": ("nobody", {}, b"<x/>", 401, "access.missing-key"),
    "no scope": ("reader", {}, b"<x/>", 403, "access.scope-missing"),
    "a link": ("gate", {}, b"<x/>", 403, "access.scope-missing"),
    "no body": ("exporter", {}, b"", 400, "xml.empty"),
    "no XML": ("exporter", {}, b"hello", 400, "xml.malformed"),
    "JSON": ("exporter", {"Content-Type": "application/json"}, b"{", 400, "json.malformed"),
    "a table": ("exporter", {"Content-Type": "text/csv"}, b"{}", 415, "request.media-type"),
    "no type": ("exporter", {"Content-Type": ""}, b"<x/>", 415, "request.media-type"),
    "another charset": (
        "exporter",
        {"Content-Type": "application/xml; charset=gb18030"},
        b"<x/>",
        415,
        "request.media-type",
    ),
    "compressed": ("exporter", {"Content-Encoding": "gzip"}, b"<x/>", 415, "request.media-type"),
    "no idempotency key": (
        "exporter",
        {"Idempotency-Key": ""},
        b"<x/>",
        400,
        "idempotency.missing-key",
    ),
    "a key without end": (
        "exporter",
        {"Idempotency-Key": "k" * 256},
        b"<x/>",
        400,
        "idempotency.missing-key",
    ),
    "HTML wanted": ("exporter", {"Accept": "text/html"}, b"<x/>", 406, "request.not-acceptable"),
    "too large": ("exporter", {}, b"<" * (BODY_BYTES_MAX + 1), 413, "http.body-too-large"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_is_not_taken(face: Face, name: str) -> None:
    caller, headers, body, status, code = REFUSALS[name]
    answer = face.client.post(
        "/v1/declarations",
        content=body,
        headers={**face.callers[caller], **XML, "Idempotency-Key": name, **headers},
    )
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["instance"] == "/v1/declarations"
    assert told["type"] == f"urn:fullroute:problem:{told['code']}"
    assert told["errors"][0]["code"] == code


def test_a_body_without_a_length_is_stopped_as_it_streams(face: Face) -> None:
    sent = 0

    def chunks():
        nonlocal sent
        for _ in range(1000):
            sent += 10_000
            yield b"<" * 10_000

    answer = face.client.post(
        "/v1/validations", content=chunks(), headers={**face.callers["exporter"], **XML}
    )
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("zh-Hans-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("vi", "vi"),
        ("fr, de;q=0.9", "en"),
        ("en;q=0.2, vi;q=0.8, zh;q=0.5", "vi"),
        ("zh;q=0, vi;q=0.1", "vi"),
        ("zh;q=x, vi;q=0.1", "vi"),
        ("*", "en"),
    ],
)
def test_problems_speak_the_readers_language(face: Face, accept: str, language: str) -> None:
    answer = face.client.post(
        "/v1/declarations",
        content=b"hello",
        headers={
            **face.callers["exporter"],
            **XML,
            "Idempotency-Key": "l",
            "Accept-Language": accept,
        },
    )
    assert answer.headers["content-language"] == language
    told = answer.json()
    assert told["lang"] == language
    catalogue = face.world.ports.packs.catalogue()
    expected = catalogue.texts[language]["xml.malformed"].message.partition("{")[0]
    assert told["errors"][0]["message"].startswith(expected)


def test_every_finding_names_office_place_and_remedy(face: Face) -> None:
    unsigned = SHIPPED.read_bytes()
    spoilt = unsigned.replace(b"<TypeCode>EX</TypeCode>", b"<TypeCode>QQ</TypeCode>")
    assert spoilt != unsigned
    answer = face.client.post(
        "/v1/validations", content=spoilt, headers={**face.callers["exporter"], **XML}
    )
    assert answer.status_code == 200
    told = answer.json()
    assert not told["valid"]
    for finding in told["findings"]:
        assert finding["message"] != finding["code"], finding
        assert finding["fix"], finding
        assert finding["pointer"].startswith("/"), finding


def test_validation_stores_nothing(face: Face) -> None:
    face.world.store.sequence("test")
    before = face.world.store.log_size(), len(face.world.store.movements("default", limit=200))
    answer = face.client.post(
        "/v1/validations",
        content=face.declaration(),
        headers={**face.callers["exporter"], **XML},
    )
    assert answer.status_code == 200
    told = answer.json()
    assert told["valid"], told
    assert {one["office"] for one in told["offices"]} == {
        "CN008001",
        "CN00X001",
        "VN0015BB",
        "VN0003PJ",
    }
    assert {one["type"] for one in told["messages"]} >= {"MT2401", "DecMessage", "OLA", "IDA"}
    face.world.store.sequence("test")
    after = face.world.store.log_size(), len(face.world.store.movements("default", limit=200))
    assert before == after


def test_a_route_gives_offices_to_a_format_that_names_none(face: Face) -> None:
    raw = (Path(__file__).resolve().parents[1] / "interop" / "own" / "wco.xml").read_bytes()
    sender = {**face.callers["exporter"], **XML}
    without = face.client.post("/v1/validations", content=raw, headers=sender)
    assert [one["code"] for one in without.json()["findings"]] == ["route.needed"]
    path = "/v1/validations?route=wco-neutral"
    named = face.client.post(path, content=raw, headers=sender)
    assert "route.needed" not in [one["code"] for one in named.json()["findings"]]
    unknown = face.client.post("/v1/validations?route=nowhere", content=raw, headers=sender)
    assert unknown.status_code == 404
    assert unknown.json()["errors"][0]["code"] == "route.unknown"


def test_the_json_twin_is_a_declaration_too(face: Face) -> None:
    with face.world.ports.packs.slot() as packs:
        told = packs.declaration.twin.to_json(safe.parse(face.declaration()))
    sender = {**face.callers["exporter"], "Content-Type": "application/json"}
    verdict = face.client.post("/v1/validations", content=told, headers=sender)
    assert verdict.json()["valid"], verdict.text
    answer = face.client.post(
        "/v1/declarations", content=told, headers={**sender, "Idempotency-Key": "twin"}
    )
    assert answer.status_code == 202, answer.text


def test_a_workbook_is_a_declaration_too(face: Face) -> None:
    sender = {**face.callers["exporter"], "Content-Type": WORKBOOK}
    raw = workbooks.changed({"Declaration!B1": "CQ-2026-SHEET"})
    verdict = face.client.post("/v1/validations", content=raw, headers=sender)
    assert verdict.json()["valid"], verdict.text
    answer = face.client.post(
        "/v1/declarations", content=raw, headers={**sender, "Idempotency-Key": "sheet"}
    )
    assert answer.status_code == 202, answer.text


def test_findings_of_a_workbook_name_the_cell(face: Face) -> None:
    sender = {**face.callers["exporter"], "Content-Type": WORKBOOK}
    raw = workbooks.changed({"Parties!A2": "seller"})
    told = face.client.post("/v1/validations", content=raw, headers=sender).json()
    cells = [(one["code"], one["cell"], one["line"]) for one in told["findings"]]
    assert ("xsd.enumeration", "Parties!A2", None) in cells
    refused = face.client.post(
        "/v1/declarations", content=raw, headers={**sender, "Idempotency-Key": "bad-sheet"}
    )
    assert refused.status_code == 422
    assert "Parties!A2" in [one["cell"] for one in refused.json()["errors"]]


def test_who_accepts_workbooks_gets_it_back_annotated(face: Face) -> None:
    sender = {**face.callers["exporter"], "Content-Type": WORKBOOK, "Accept": WORKBOOK}
    raw = workbooks.changed({"Parties!A2": "seller"})
    answer = face.client.post(
        "/v1/validations", content=raw, headers={**sender, "Accept-Language": "vi"}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (200, WORKBOOK)
    book = workbooks.opened(answer.content)
    assert book.sheetnames[0] == "Kết quả kiểm tra"
    assert book["Parties"]["A2"].comment is not None


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"no workbook", 400, "sheet.no-workbook"),
        (b"PK\x03\x04 broken", 400, "sheet.unreadable"),
        (workbooks.zipped({"content.xml": b"<a/>"}), 400, "sheet.other-workbook"),
    ],
    ids=["no zip", "broken", "another zip"],
)
def test_what_is_no_workbook_is_a_problem(face: Face, raw: bytes, status: int, code: str) -> None:
    sender = {**face.callers["exporter"], "Content-Type": WORKBOOK, "Idempotency-Key": code}
    answer = face.client.post("/v1/declarations", content=raw, headers=sender)
    assert answer.status_code == status, answer.text
    assert [one["code"] for one in answer.json()["errors"]] == [code]


# ------------------------------------------------------------------ amendments


def amended(face: Face, movement: str, raw: bytes, key: str, **params: str):
    return face.client.post(
        f"/v1/movements/{movement}/amendments",
        content=raw,
        params=params,
        headers={**face.callers["exporter"], **XML, "Idempotency-Key": key},
    )


def test_a_declaration_is_replaced_once(face: Face) -> None:
    raw = face.declaration()
    reference = face.submit(raw, "amend-0").json()["movement"]
    lrn = re.search(rb"<FunctionalReferenceID>(.*?)<", raw)[1].decode()
    texts = {"CQ-2026-000117": lrn, "Fixed chip resistors": "Precision chip resistors"}
    new = face.world.declaration(texts=texts)
    first = amended(face, reference, new, "amend-1", reason="001", text="mistaken")
    assert first.status_code == 202, first.text
    again = amended(face, reference, new, "amend-1", reason="001", text="mistaken")
    assert (again.status_code, again.json()["repeated"]) == (200, True)
    shown = face.client.get(f"/v1/movements/{reference}", headers=face.callers["reader"]).json()
    assert [one["kind"] for one in shown["events"]].count("amended") == 1


def test_an_amendment_of_another_declaration_is_refused(face: Face) -> None:
    reference = face.submit(face.declaration(), "amend-2").json()["movement"]
    answer = amended(face, reference, face.declaration(), "amend-3")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "amend.other-reference"


def test_amendments_need_a_movement_and_a_key(face: Face) -> None:
    raw = face.declaration()
    assert amended(face, "26CN000000000000J0", raw, "amend-4").status_code == 404
    reference = face.submit(raw, "amend-5").json()["movement"]
    assert amended(face, reference, raw, "").status_code == 400
