"""The customs side over HTTP: feeds, acknowledgements, answers, and who may not touch them."""

import base64
import time
from datetime import timedelta
from hashlib import sha256

import pytest

from gateway.audit.exchange import (
    AnswerHeader,
    from_base64,
    make_answer,
    read_envelope,
    read_reply,
    to_base64,
    verify_seal,
)
from gateway.sandbox.office import Arrival
from gateway.usecases import feed
from tests.api.conftest import Face

LINK = "lnk_cn00x001"


def _feed(face: Face, caller: str = "gate", **params: object):
    return face.client.get(f"/v1/links/{LINK}/feed", params=params, headers=face.callers[caller])


def test_the_feed_is_sealed_ordered_and_repeats(face: Face, movement: str) -> None:
    page = _feed(face).json()
    assert [one["sequence"] for one in page["data"]] == list(range(1, len(page["data"]) + 1))
    assert page["next"] == len(page["data"])
    keys = {
        one["id"]: base64.b64decode(one["public_key"])
        for one in face.client.get("/v1/keys").json()["data"]
    }
    for item in page["data"]:
        envelope = from_base64(item["envelope"], "envelope")
        verify_seal(envelope, item["seal"], keys)
        content = base64.b64decode(item["content"])
        assert read_envelope(envelope).digest == sha256(content).hexdigest()
    assert _feed(face).json() == page
    assert _feed(face, after=page["next"]).json()["data"] == []
    assert movement in {
        read_envelope(from_base64(one["envelope"], "envelope")).movement for one in page["data"]
    }


def test_the_feed_comes_in_pages(face: Face) -> None:
    for place in range(2):
        face.submit(face.declaration(), f"feed-{place}")
    everything = _feed(face).json()["data"]
    first = _feed(face, limit=1).json()
    assert (first["data"], first["has_more"]) == (everything[:1], True)
    rest = _feed(face, after=first["next"]).json()
    assert rest["data"] == everything[1:]


def test_receipts_of_the_feed_acknowledge(face: Face) -> None:
    face.submit(face.declaration(), "to-fetch")
    item = _feed(face).json()["data"][-1]
    system = face.world.town.systems[LINK]
    verdict = system.receive(
        Arrival(
            envelope=item["envelope"],
            seal=item["seal"],
            media_type=item["media_type"],
            content=base64.b64decode(item["content"]),
        ),
        face.world.keys.seal_keys(),
    )
    good = {"receipt": to_base64(verdict.receipt.content), "seal": verdict.receipt.seal}
    bad = {**good, "seal": good["seal"][:-8] + "AAAAAA=="}
    path = f"/v1/links/{LINK}/feed/acknowledgements"
    for _ in range(2):
        answer = face.client.post(
            path, json={"receipts": [bad, good]}, headers=face.callers["gate"]
        )
        assert answer.status_code == 200, answer.text
        told = answer.json()
        message = read_envelope(from_base64(item["envelope"], "envelope")).id
        assert told["acknowledged"] == [message]
        assert [one["place"] for one in told["refused"]] == [0]
    assert face.world.store.message(message).state == "acknowledged"


def _acknowledge(face: Face, item: dict) -> None:
    """Have the customs system take an item of its feed in, and hand its receipt back."""
    told = {name: item[name] for name in ("envelope", "seal", "media_type")}
    arrival = Arrival(content=base64.b64decode(item["content"]), **told)
    verdict = face.world.town.systems[LINK].receive(arrival, face.world.keys.seal_keys())
    receipt = {"receipt": to_base64(verdict.receipt.content), "seal": verdict.receipt.seal}
    answer = face.client.post(
        f"/v1/links/{LINK}/feed/acknowledgements",
        json={"receipts": [receipt]},
        headers=face.callers["gate"],
    )
    assert not answer.json()["refused"], answer.text


def test_a_feed_is_read_again_from_a_time_and_only_what_is_missing(face: Face) -> None:
    known = _feed(face).json()["next"]
    moments = []
    for place in range(5):
        face.world.clock.forward(seconds=2)
        moments.append(face.world.clock.now() - timedelta(milliseconds=1))  # issued in whole ones
        face.submit(face.declaration(), f"again-{place}")
    new = _feed(face, after=known).json()["data"]
    for place, moment in enumerate(moments):  # from each moment: what was issued since, no more
        page = _feed(face, since=moment.isoformat()).json()
        assert page["data"] == new[place:], place
    later = (face.world.clock.now() + timedelta(days=1)).isoformat()
    assert _feed(face, since=later).json()["data"] == []
    assert (
        _feed(face, since=moments[1].isoformat(), after=new[3]["sequence"]).json()["data"]
        == (new[4:])
    )
    _acknowledge(face, new[0])
    again = _feed(face, after=known).json()["data"]
    assert again[0] == {**new[0], "repeated": True}  # the same bytes, marked
    assert _feed(face, after=known, only="missing").json()["data"] == new[1:]
    assert _feed(face, only="failed").json()["data"] == []
    page = _feed(face, after=known, only="missing", limit=2).json()
    assert (page["data"], page["has_more"]) == (new[1:3], True)
    assert _feed(face, after=page["next"], only="missing").json()["data"] == new[3:]
    _acknowledge(face, again[0])  # once more: no second effect
    assert _feed(face, after=known).json()["data"] == again


@pytest.mark.parametrize("wrong", [{"only": "some"}, {"since": "yesterday"}, {"after": -1}])
def test_a_wish_that_cannot_be_read(face: Face, wrong: dict[str, object]) -> None:
    assert _feed(face, **wrong).status_code == 400


@pytest.mark.parametrize(
    ("name", "caller", "status"),
    [("nobody", "nobody", 401), ("the exporter", "exporter", 403), ("another", "other-gate", 403)],
)
def test_a_feed_is_its_links_alone(face: Face, name: str, caller: str, status: int) -> None:
    assert _feed(face, caller).status_code == status, name
    answer = face.client.post(
        f"/v1/links/{LINK}/feed/acknowledgements",
        json={"receipts": []},
        headers=face.callers[caller],
    )
    assert answer.status_code == status, name


def test_a_link_sees_itself_alone(face: Face) -> None:
    own = face.client.get("/v1/links", headers=face.callers["gate"]).json()["data"]
    assert [one["id"] for one in own] == [LINK]
    everything = face.client.get("/v1/links", headers=face.callers["reader"]).json()["data"]
    assert len(everything) == 8
    assert {"due", "waiting", "awaiting_signature", "parked", "paused"} <= set(everything[0])


class _Answer:
    """One sealed answer of the gate, as its system would post it."""

    def __init__(self, face: Face, key: str) -> None:
        self.face = face
        movement = face.submit(face.declaration(), key).json()["movement"]
        world = face.world
        world.town.held.add("MT2401")
        world.run()
        planned = next(one for one in world.town.answers if one.taken.envelope.movement == movement)
        world.town.answers.remove(planned)
        world.town.held.discard("MT2401")
        self.planned = planned
        self.written = world.town.stationery[LINK].write(planned, world.clock.now())

    def post(self, caller: str = "gate", content: bytes | None = None, **changed: str):
        body = self.written.content if content is None else content
        header = {
            "id": self.planned.id,
            "link": LINK,
            "office": "CN00X001",
            "digest": sha256(body).hexdigest(),
            "media_type": self.written.media_type,
            **changed,
        }
        at = self.face.world.clock.at.replace(microsecond=0)
        paper = self.face.world.town.systems[LINK].sealed(
            make_answer(AnswerHeader(**header, issued=at))
        )
        return self.face.client.post(
            f"/v1/links/{LINK}/answers",
            content=body,
            headers={
                **self.face.callers[caller],
                "Content-Type": self.written.media_type,
                "Fullroute-Answer": to_base64(paper.content),
                "Fullroute-Seal": paper.seal,
            },
        )


def test_an_answer_is_taken_once_and_acknowledged_alike(face: Face) -> None:
    answer = _Answer(face, "answer-once")
    first = answer.post()
    assert first.status_code == 200, first.text
    paper = read_reply("acknowledgement", first.content)
    verify_seal(paper.content, paper.seal, face.world.keys.seal_keys())
    assert answer.post().content == first.content
    assert answer.post(content=answer.written.content + b"\n").status_code == 409


REFUSED_ANSWERS = {
    "nobody": ({"caller": "nobody"}, 401),
    "the exporter": ({"caller": "exporter"}, 403),
    "another link": ({"caller": "other-gate"}, 403),
    "another digest": ({"digest": "0" * 64}, 401),
    "another link's header": ({"link": "lnk_vn0015bb"}, 401),
    "another office": ({"office": "CN008001"}, 401),
    "no document": ({"content": b"hello"}, 422),
}


@pytest.fixture(scope="module")
def waiting(face: Face) -> _Answer:
    return _Answer(face, "answer-refused")


@pytest.mark.parametrize("name", REFUSED_ANSWERS)
def test_an_answer_that_is_not_taken(waiting: _Answer, name: str) -> None:
    changed, status = REFUSED_ANSWERS[name]
    answer = waiting.post(**changed)
    assert answer.status_code in (status, 400 if status == 422 else status), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("name", "headers", "status"),
    [
        ("no header", {}, 401),
        ("no base64", {"Fullroute-Answer": "%"}, 400),
        ("no seal", {"Fullroute-Answer": to_base64(b"{}"), "Fullroute-Seal": ""}, 401),
        ("no type", {"Content-Type": ""}, 415),
    ],
)
def test_papers_that_do_not_hold(
    face: Face, name: str, headers: dict[str, str], status: int
) -> None:
    answer = face.client.post(
        f"/v1/links/{LINK}/answers",
        content=b"<x/>",
        headers={**face.callers["gate"], "Content-Type": "application/xml", **headers},
    )
    assert answer.status_code == status, (name, answer.text)


def test_who_waits_is_told_at_once_that_there_is_more_to_look_at(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rare messages are looked for in steps: an empty step is no reason to wait."""
    for place in range(3):
        face.submit(face.declaration(), f"rare-{place}")
    end = _feed(face).json()["data"][-1]["sequence"]
    monkeypatch.setattr(feed, "SCANNED_MAX", 1)
    began = time.monotonic()
    for left, wait in ((2, 20), (1, 20), (0, 0)):
        page = _feed(face, after=end - left - 1, only="failed", wait=wait).json()
        assert page == {"data": [], "next": end - left, "has_more": left > 0}
    assert time.monotonic() - began < 10


def test_who_waits_looks_at_nothing_twice(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    wishes: list[int] = []
    read = feed.read_feed
    monkeypatch.setattr(
        feed, "read_feed", lambda *args: (wishes.append(args[3].after), read(*args))[1]
    )
    page = _feed(face, only="failed", wait=0.5).json()
    assert wishes[0] == 0
    assert set(wishes[1:]) == {page["next"]}
