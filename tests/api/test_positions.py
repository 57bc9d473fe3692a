"""Readings and dates over HTTP: taken in, repeated, listed, refused with findings."""

import json

JSON = {"Content-Type": "application/json"}


def _post(face, movement, caller="exporter", **members):
    told = {"source": "reefer-7", "at": "2026-11-23T09:01:00+08:00", **members}
    headers = {**face.callers[caller], **JSON}
    path = f"/v1/movements/{movement}/positions"
    return face.client.post(path, content=json.dumps(told), headers=headers)


def test_a_reading_is_taken_in_once_told_of_and_listed(face, movement):
    face.world.clock.forward(minutes=2)
    first = _post(face, movement, temperature_c=31)
    assert first.status_code == 200
    assert [one["kind"] for one in first.json()["events"]] == ["temperature-out"]
    again = _post(face, movement, temperature_c=31).json()
    assert (again["repeated"], again["events"]) == (True, [])
    listed = face.client.get(
        f"/v1/movements/{movement}/positions", headers=face.callers["reader"]
    ).json()["data"]
    assert [(one["source"], one["temperature_c"]) for one in listed] == [("reefer-7", "31")]


def test_a_reading_is_refused_with_its_findings(face, movement):
    silly = _post(face, movement, at="2031-11-23T09:01:00+08:00", temperature_c=20)
    assert silly.status_code == 422
    assert [one["code"] for one in silly.json()["errors"]] == ["position.in-future"]
    other = _post(face, movement, temperature_c=12)
    assert other.status_code == 409
    assert _post(face, movement, "stranger", temperature_c=1).status_code == 404
    assert _post(face, movement, "reader", temperature_c=1).status_code == 403


def test_a_movement_shows_its_dates(face, movement):
    shown = face.client.get(f"/v1/movements/{movement}", headers=face.callers["reader"]).json()
    found = {(one["kind"], one["office"]): one for one in shown["deadlines"]}
    entry = found["expected", "VN0015BB"]
    assert (entry["due_at"], entry["state"]) == ("2026-11-25T10:30:00.000Z", "open")
