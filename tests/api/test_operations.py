"""Attention and acts over HTTP: shapes, scopes, keys. What acts lead to: tests/usecases."""

import pytest

from gateway.domain.records import Change, Update

LINK = "lnk_vn0015bb"


def act(face, path, key="k", caller="exporter", query="", **body):
    headers = {**face.callers[caller], **({"Idempotency-Key": key} if key else {})}
    return face.client.post(f"/v1/{path}/acts{query}", json=body, headers=headers)


@pytest.fixture(scope="module")
def refused(face) -> str:
    """The id of a message that Huu Nghi refused."""
    face.world.town.instead[LINK] = (422, b"")
    movement = face.submit(face.declaration(), "to-be-refused").json()["movement"]
    face.world.run()
    del face.world.town.instead[LINK]
    (found,) = [one for one in face.world.store.messages(movement) if one.type == "OLA"]
    return found.id


def test_what_needs_a_person_names_the_act(face, refused):
    answer = face.client.get(
        "/v1/attention", headers={**face.callers["exporter"], "Accept-Language": "vi"}
    )
    (one,) = [one for one in answer.json()["data"] if one["message"] == refused]
    assert (one["act"], one["subject"], one["link"]) == ("supersede", refused, LINK)
    assert one["finding"]["code"] == "attention.message-refused"
    assert refused in one["finding"]["fix"]
    assert "thông điệp" in one["finding"]["message"]


def test_a_dry_run_does_nothing(face, refused):
    told = act(
        face, f"messages/{refused}", query="?dry_run=true", act="cancel", reason="to see"
    ).json()
    assert told["dropped"][0] == refused
    assert len(told["dropped"]) > 1
    assert face.world.store.message(refused).state.value == "parked"


def test_an_act_is_done_once(face):
    paths = [
        act(face, f"links/{LINK}", key, act="pause", reason="maintenance").json()["repeated"]
        for key in ("p1", "p1", "p2")
    ]
    assert paths == [False, True, True]
    listed = face.client.get("/v1/links", headers=face.callers["reader"]).json()["data"]
    assert [one["paused"] for one in listed if one["id"] == LINK] == [True]
    assert act(face, f"links/{LINK}", "r1", act="resume", reason="over").status_code == 200


PAUSE = {"act": "pause", "reason": "x"}
NO_ACTS = {
    "no such link": ("links/lnk_none", "exporter", PAUSE, 404, "link.unknown"),
    "no reason": (f"links/{LINK}", "exporter", {**PAUSE, "reason": " "}, 422, "act.no-reason"),
    "for messages": (
        f"links/{LINK}", "exporter", {**PAUSE, "act": "skip"}, 422, "act.other-subject",
    ),
    "unheard of": (f"links/{LINK}", "exporter", {**PAUSE, "act": "burn"}, 400, "json.shape"),
    "reason missing": (f"links/{LINK}", "exporter", {"act": "pause"}, 400, "json.shape"),
    "below nothing": (
        f"links/{LINK}", "exporter", {**PAUSE, "act": "limit", "rate": -1}, 422, "act.out-of-range",
    ),
    "not theirs to do": (f"links/{LINK}", "reader", PAUSE, 403, "access.scope-missing"),
    "another tenant": (f"links/{LINK}", "stranger", PAUSE, 404, "link.unknown"),
    "no such message": (
        "messages/msg_x", "exporter", {**PAUSE, "act": "retry"}, 404, "message.unknown",
    ),
    "no such movement": (
        "movements/26CN00000000000000", "exporter", {"act": "erase", "reason": "x"}, 404,
        "movement.unknown",
    ),
    "not for movements": ("movements/26CN00000000000000", "exporter", PAUSE, 422,
        "act.other-subject",
    ),
    "erased by who may only read": (
        "movements/26CN00000000000000", "reader", {"act": "erase", "reason": "x"}, 403,
        "access.scope-missing",
    ),
    "no such answer": (
        "answers/log_x", "exporter", {**PAUSE, "act": "dismiss"}, 404, "act.no-such-answer",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "caller", "body", "status", "code"), NO_ACTS.values(), ids=NO_ACTS.keys()
)
def test_what_is_no_act(face, path, caller, body, status, code):
    answer = act(face, path, "no-act", caller, **body)
    assert answer.status_code == status, answer.text
    assert answer.json()["errors"][0]["code"] == code


def test_an_act_without_a_key_is_malformed(face):
    answer = act(face, f"links/{LINK}", "", **PAUSE)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "idempotency.missing-key"


def test_a_key_of_another_act_is_a_conflict(face):
    assert act(face, f"links/{LINK}", "same", act="limit", reason="x", rate=2).status_code == 200
    answer = act(face, f"links/{LINK}", "same", act="limit", reason="x", rate=0)
    assert answer.status_code == 409
    assert act(face, f"links/{LINK}", "other", act="limit", reason="x").status_code == 200


def test_attention_is_for_operators(face):
    assert face.client.get("/v1/attention", headers=face.callers["reader"]).status_code == 403


def at_its_end(face, movement) -> None:
    """Let a movement be completed, however it came to that."""
    store = face.world.store
    steps = [Update(table="movements", key=movement, values={"state": "completed"})]
    steps += [
        Update(table="messages", key=one.id, values={"state": "dropped"})
        for one in store.messages(movement)
        if one.state != "acknowledged"
    ]
    store.commit(Change(tuple(steps)))


def test_a_movement_is_erased_when_it_is_at_its_end(face):
    movement = face.submit(face.declaration(), "to-be-erased").json()["movement"]
    face.world.run()
    early = act(face, f"movements/{movement}", act="erase", reason="the law")
    assert (early.status_code, early.json()["errors"][0]["code"]) == (409, "erase.not-at-end")
    at_its_end(face, movement)
    done = act(face, f"movements/{movement}", act="erase", reason="the law").json()
    assert (done["repeated"], done["erased"] > done["kept"]) == (False, True)
    assert act(face, f"movements/{movement}", act="erase", reason="the law").json()["repeated"]
    headers = face.callers["reader"]
    shown = face.client.get(f"/v1/movements/{movement}", headers=headers).json()
    assert (shown["erased"]["reason"], shown["declarant"]) == ("the law", "")
    assert shown["erased"]["bodies"] == done["erased"]
    assert shown["erased"]["kept"] == done["kept"]
    for path, status in (("timeline", 200), ("export", 200), ("copy?lrn=CQ-2026-1", 404)):
        accept = {"Accept": "application/zip"} if path == "export" else {}
        got = face.client.get(f"/v1/movements/{movement}/{path}", headers={**headers, **accept})
        assert got.status_code == status, got.text
    content = f"/v1/movements/{movement}/messages/{shown['messages'][0]['id']}/content"
    assert face.client.get(content, headers=headers).status_code == 404
    kept = face.client.get("/v1/movements", headers=headers).json()["data"]
    assert movement in {one["reference"] for one in kept}
