"""Closures over HTTP: said, planned, confirmed, taken back; refused with findings."""

import json

JSON = {"Content-Type": "application/json"}


def _post(face, path, caller="exporter", **members):
    headers = {**face.callers[caller], **JSON}
    return face.client.post(f"/v1/closures{path}", content=json.dumps(members), headers=headers)


def test_a_closure_is_said_planned_confirmed_and_taken_back(face, movement):
    told = {"office": "CN00X001", "from": "2026-11-25T00:00:00Z", "reason": "typhoon"}
    said = _post(face, "", **told)
    assert said.status_code == 201
    name = said.json()["id"]
    assert (said.json()["state"], said.json()["lane"]) == ("standing", "")
    assert said.json()["movements"] == []
    planned = _post(face, f"/{name}/acts", act="plan").json()["movements"]
    assert [(one["movement"], one["state"]) for one in planned] == [(movement, "no-way")]
    assert "link.none-for-office" in planned[0]["codes"]
    assert _post(face, f"/{name}/acts", act="apply").json()["movements"][0]["state"] == "no-way"
    assert _post(face, f"/{name}/acts", act="undo").status_code == 200
    assert _post(face, f"/{name}/acts", act="confirm").status_code == 200
    dismissed = _post(face, f"/{name}/acts", act="dismiss")
    assert dismissed.status_code == 409
    assert [one["code"] for one in dismissed.json()["errors"]] == ["closure.settled"]
    ended = _post(face, f"/{name}/acts", act="end").json()
    assert ended["until"] is not None
    shown = face.client.get(f"/v1/closures/{name}", headers=face.callers["reader"]).json()
    assert shown["office"] == "CN00X001"
    listed = face.client.get("/v1/closures", headers=face.callers["reader"]).json()["data"]
    assert [one["id"] for one in listed] == [name]
    nothing = face.client.get(
        f"/v1/closures/{name}/declarations/{movement}", headers=face.callers["exporter"]
    )
    assert nothing.status_code == 404


def test_who_may_and_what_is_refused(face):
    told = {"office": "CN00X001", "from": "2026-11-25T00:00:00Z", "reason": "typhoon"}
    assert _post(face, "", "reader", **told).status_code == 403
    assert _post(face, "", **{**told, "office": "CN009999"}).status_code == 404
    assert _post(face, "", **told, lane="none").status_code == 404
    early = _post(face, "", **told, until="2026-11-24T00:00:00Z")
    assert early.status_code == 422
    assert [one["code"] for one in early.json()["errors"]] == ["closure.ends-before"]
    name = _post(face, "", **told).json()["id"]
    wrong = _post(face, f"/{name}/acts", act="plan", via="somewhere")
    assert [one["code"] for one in wrong.json()["errors"]] == ["closure.not-a-way"]
    strange = face.client.get(f"/v1/closures/{name}", headers=face.callers["stranger"])
    assert strange.status_code == 404
    assert _post(face, f"/{name}/acts", act="end").status_code == 200


def test_a_declaration_through_a_closed_office_is_told(face):
    told = {"office": "CN00X001", "from": "2026-11-25T00:00:00Z", "reason": "typhoon"}
    name = _post(face, "", **told, planned=True).json()["id"]
    announced = face.submit(face.declaration(), "announced")
    assert announced.status_code == 202
    assert "closure.announced" in {one["code"] for one in announced.json()["findings"]}
    _post(face, f"/{name}/acts", act="end")
    shut = _post(face, "", **told).json()["id"]
    refused = face.submit(face.declaration(), "shut")
    assert refused.status_code == 422
    assert "closure.shut" in {one["code"] for one in refused.json()["errors"]}
    _post(face, f"/{shut}/acts", act="end")
