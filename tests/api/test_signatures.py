"""Signing over HTTP: the importer gave no mandate, so its messages wait for it."""

from datetime import UTC, datetime

import pytest

from gateway.markup import signature
from tests.api.conftest import Face


def _waiting(face: Face, movement: str) -> list[dict]:
    answer = face.client.get(
        "/v1/signatures", params={"movement": movement}, headers=face.callers["exporter"]
    )
    return answer.json()["data"]


def test_what_waits_is_listed_and_signed(face: Face) -> None:
    movement = face.submit(face.declaration(), "to-sign").json()["movement"]
    (waiting,) = _waiting(face, movement)
    assert (waiting["type"], waiting["suite"]) == ("IDA", "cms")
    path = f"/v1/signatures/{waiting['id']}"
    bytes_to_sign = face.client.get(path, headers=face.callers["exporter"])
    assert bytes_to_sign.headers["fullroute-suite"] == "cms"
    cms = face.world.keys.signer("importer").cms(bytes_to_sign.content)
    headers = {**face.callers["exporter"], "Content-Type": "application/pkcs7-signature"}
    signed = face.client.put(path, content=cms, headers=headers)
    assert signed.status_code == 200, signed.text
    assert signed.json()["state"] == "due"
    assert signed.json()["signed_by"]
    assert face.client.put(path, content=cms, headers=headers).status_code == 404
    assert _waiting(face, movement) == []


@pytest.mark.parametrize(
    ("name", "caller", "content", "kind", "status"),
    [
        ("nobody", "nobody", b"x", "application/cms", 401),
        ("a reader", "reader", b"x", "application/cms", 403),
        ("a stranger", "stranger", b"x", "application/cms", 404),
        ("nonsense", "exporter", b"x", "application/cms", 422),
        ("the broker's signature", "exporter", None, "application/cms", 422),
        ("a picture", "exporter", b"x", "image/png", 415),
    ],
)
def test_a_signature_that_is_not_taken(
    face: Face, movement: str, name: str, caller: str, content: bytes | None, kind: str, status: int
) -> None:
    (waiting,) = _waiting(face, movement)
    path = f"/v1/signatures/{waiting['id']}"
    if content is None:
        to_sign = face.client.get(path, headers=face.callers["exporter"]).content
        content = face.world.keys.signer("broker").cms(to_sign)
    answer = face.client.put(
        path, content=content, headers={**face.callers[caller], "Content-Type": kind}
    )
    assert answer.status_code == status, (name, answer.text)
    assert len(_waiting(face, movement)) == 1


def test_a_signed_document_of_the_wrong_suite_is_refused(face: Face, movement: str) -> None:
    (waiting,) = _waiting(face, movement)
    at = datetime(2026, 11, 23, tzinfo=UTC)
    document = signature.sign(b"<x/>", face.world.keys.signer("importer"), at)
    answer = face.client.put(
        f"/v1/signatures/{waiting['id']}",
        content=document,
        headers={**face.callers["exporter"], "Content-Type": "application/xml"},
    )
    assert answer.status_code == 422
