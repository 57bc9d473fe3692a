"""Pre-flight and preview over HTTP: a verdict for every office, and what one of them would see."""

import base64
from hashlib import sha256

from tests.api.conftest import XML, Face
from tests.world import SHIPPED

OFFICES = ["CN008001", "CN00X001", "VN0015BB", "VN0003PJ"]


def ask(face: Face, path: str, raw: bytes, caller: str = "exporter", **headers: str):
    return face.client.post(path, content=raw, headers={**face.callers[caller], **XML, **headers})


def test_every_office_has_a_verdict_with_its_findings(face: Face) -> None:
    raw = SHIPPED.read_bytes().replace(b'<NationalCode country="VN">85322400</NationalCode>', b"")
    verdict = ask(face, "/v1/validations", raw, **{"Accept-Language": "vi"}).json()
    assert [one["office"] for one in verdict["offices"]] == OFFICES
    assert [one["verdict"] for one in verdict["offices"]] == ["pass", "pass", "unknown", "fail"]
    assert verdict["valid"] is False
    refusing = verdict["offices"][-1]
    assert refusing["findings"]
    assert all(one in verdict["findings"] for one in refusing["findings"])
    assert (refusing["role"], refusing["administration"]) == ("destination", "VN")
    assert refusing["expected_office_time"] == "2026-11-26T07:00:00+07:00"


def test_a_preview_shows_bytes_fields_and_what_is_withheld(face: Face) -> None:
    raw = face.declaration()
    answer = ask(face, "/v1/previews?office=VN0003PJ&message=IDC", raw)
    assert answer.status_code == 200, answer.text
    (message,) = answer.json()["messages"]
    assert (message["type"], message["waits_for"]) == ("IDC", "IDA:registered")
    (part,) = message["parts"]
    content = base64.b64decode(part["content"])
    assert sha256(content).hexdigest() == part["digest"]
    number = next(one for one in part["fields"] if one["pointer"] == "/Job/Field[@name='ICN']")
    assert number["assigned_at_sending"]
    assert {one["field"] for one in message["withheld"]} == {"Party", "Consignment", "Trip"}


def test_a_preview_stores_and_sends_nothing(face: Face) -> None:
    before = len(face.world.store.movements("default", limit=200))
    assert ask(face, "/v1/previews?office=CN00X001", face.declaration()).status_code == 200
    assert len(face.world.store.movements("default", limit=200)) == before


def test_what_cannot_be_previewed_is_a_problem(face: Face) -> None:
    strange = ask(face, "/v1/previews?office=GB000060", face.declaration())
    assert strange.status_code == 404
    assert strange.json()["errors"][0]["code"] == "preview.not-on-route"
    broken = ask(face, "/v1/previews?office=CN00X001", b"<Declaration")
    assert broken.status_code in (400, 422)
    assert ask(face, "/v1/previews", face.declaration()).status_code == 400
    assert ask(face, "/v1/previews?office=CN00X001", b"<a/>", "reader").status_code == 403
    assert ask(face, "/v1/previews?office=CN00X001", b"<a/>", "nobody").status_code == 401
