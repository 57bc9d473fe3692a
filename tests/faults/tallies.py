"""What must agree where several sides keep book: our rows, our log, the offices' journals.

Judges of :mod:`tests.faults.checker`, each a generator of what it saw. That an office behaved, and
put right what we did wrong, is no excuse: what it had to turn away is heard here.
"""

import json
from base64 import b64decode
from collections import Counter, defaultdict
from collections.abc import Iterator
from hashlib import sha256

from tests.faults.evidence import Evidence, Line

ONE_BY_ONE = ("push", "request-response")
"""Kinds of links at which messages arrive as we send them; elsewhere the office fetches them."""

TURNED_AWAY = {409: "the place is taken or the bytes are others", 425: "something comes first"}
"""What an office says to whoever does not keep the order; a right repeat it answers with 200."""

DROPPING = ("amend", "cancel", "skip", "supersede", "withdraw")
"""Calls by which a message may be dropped: without one, everything owed is sent."""


TAKEN_BACK_LATER = ("MT2401-3", "COT-cancel", "ImportCancellation")
"""What asks the others to forget a movement, once the office of departure has let it go."""


def changed(evidence: Evidence, *calls: str) -> set[str]:
    """Return the movements that were changed by one of these calls, or may have been."""
    return {
        call["movement"]
        for call in evidence.history
        if call["call"] in calls and call["outcome"] != "refused"
    }


def _facts(evidence: Evidence, kind: str) -> Iterator[Line]:
    """Return the facts of every log entry of a kind."""
    for line in evidence.rows["log"]:
        if line["kind"] == kind:
            yield json.loads(bytes(line["entry"]))["facts"]


def _living(evidence: Evidence) -> list[Line]:
    return [row for row in evidence.rows["messages"] if row["state"] != "dropped"]


# ------------------------------------------------------------------ A


def dropped(evidence: Evidence) -> Iterator[str]:
    """Nothing is dropped that nobody asked to drop."""
    asked = changed(evidence, *DROPPING)
    for row in evidence.rows["messages"]:
        if row["state"] == "dropped" and row["movement"] not in asked:
            yield f"dropped, and nobody asked: {row['type']} {row['id']} ({row['waits_for']})"


def done(evidence: Evidence) -> Iterator[str]:
    """What the enterprise or an operator was told is done, is done: of each call its own trace."""
    happened = {(row["movement"], row["kind"]) for row in evidence.rows["events"]}
    states = {row["id"]: row["state"] for row in evidence.rows["messages"]}
    for call in evidence.history:
        if call.get("outcome") != "ok":
            continue
        wanted = {"report": call.get("kind"), "withdraw": "invalidation-asked"}.get(call["call"])
        if wanted and (call["movement"], wanted) not in happened:
            yield f"answered and not done: {call['call']} {wanted} of {call['movement']}"
        if call["call"] == "cancel" and states.get(call.get("message"), "dropped") != "dropped":
            yield f"answered and not done: cancel {call['message']}"


def declared(evidence: Evidence) -> Iterator[str]:
    """A movement stands under the bytes that were accepted for it last."""
    last: dict[str, set[str]] = {}
    perhaps = defaultdict(set)  # nobody knows whether, or when, these were taken
    for call in evidence.history:
        name = call.get("movement")
        if call["call"] not in ("submit", "amend") or name is None:
            continue
        if call["outcome"] == "ok":
            last[name] = {call["digest"]}
        elif call["outcome"] == "unknown":
            perhaps[name].add(call["digest"])
    for row in evidence.rows["movements"]:
        name, stands = row["reference"], row["declaration"]
        if name in last and stands not in last[name] | perhaps[name]:
            yield f"another declaration stands for movement {name}"


def given(evidence: Evidence) -> Iterator[str]:
    """Every answer that we took in is one its office wrote, and about that very movement."""
    ours = {row["reference"] for row in evidence.rows["movements"]}
    said = defaultdict(set)
    for line in evidence.journals["answers"]:
        if line["what"] == "written":
            digest = sha256(b64decode(line["content"])).hexdigest()
            said[line["link"], digest].add(line["movement"])
    for row in evidence.rows["answers"]:
        about = said[row["link"], row["body"]]
        if not about:
            yield f"an answer that no office gave: {row['type']} {row['id']} of {row['link']}"
        elif about <= ours and row["movement"] not in about:  # some know no reference of ours
            yield f"an answer about {about} is taken for {row['movement']}: {row['id']}"


def events(evidence: Evidence) -> Iterator[str]:
    """Every movement has the events that the log tells of it."""
    said = defaultdict(set)
    for line in evidence.rows["log"]:
        if line["kind"] == "event":
            for event in json.loads(bytes(line["entry"]))["facts"]["events"]:
                said[line["movement"]].add((event["sequence"], event["kind"]))
    kept = defaultdict(set)
    for row in evidence.rows["events"]:
        kept[row["movement"]].add((row["sequence"], row["kind"]))
    for row in evidence.rows["movements"]:
        name = row["reference"]
        if not kept[name]:
            yield f"movement {name} has no events"
        elif differing := kept[name] ^ said[name]:
            yield f"events of {name} are not those of the log: {sorted(differing)}"


def repeated(evidence: Evidence) -> Iterator[str]:
    """No event happened twice; two answers to two amendments may fall into one second."""
    words = ("movement", "kind", "at", "office", "procedure", "message", "facts")
    counted = Counter(
        tuple(str(row[name]) for name in words)
        for row in evidence.rows["events"]
        if row["kind"] != "answered"
    )
    yield from (f"an event happened twice: {one[:2]}" for one, many in counted.items() if many > 1)


def heard(evidence: Evidence) -> Iterator[str]:
    """Every answer was heard once by its movement (no two share a vehicle here)."""
    answers = Counter(
        (row["movement"], row["type"], row["kind"]) for row in evidence.rows["answers"]
    )
    events = Counter()
    for row in evidence.rows["events"]:
        if row["kind"] == "answered":
            facts = dict(json.loads(row["facts"]))
            events[row["movement"], facts["type"], facts["kind"]] += 1
    for one in sorted((answers - events) | (events - answers)):
        yield f"heard {events[one]} times, answered {answers[one]}: {one}"


# ------------------------------------------------------------------ B


def arrivals(evidence: Evidence) -> Iterator[str]:
    """New messages of a stream arrive by their places as *we* count them."""
    kinds = {row["id"]: row["kind"] for row in evidence.rows["links"]}
    ours = {
        row["id"]: (row["stream"], row["place"])
        for row in _living(evidence)
        if row["place"] is not None and kinds[row["link"]] in ONE_BY_ONE
    }
    last: dict[str, int] = {}
    for line in evidence.journals["requests"]:
        if line["status"] != 200 or line["repeated"] or line["id"] not in ours:
            continue
        stream, place = ours[line["id"]]
        if place < last.get(stream, 0):
            yield f"arrived out of order: {line['type']} {line['id']}, place {place} of {stream}"
        last[stream] = max(place, last.get(stream, 0))


def turned_away(evidence: Evidence) -> Iterator[str]:
    """No office had to keep the order in our place."""
    for line in evidence.journals["requests"]:
        if line["status"] in TURNED_AWAY:
            what = TURNED_AWAY[line["status"]]
            yield f"turned away, {what}: {line['type']} {line['id']} ({line['reason']})"


def taken_back(evidence: Evidence) -> Iterator[str]:
    """Where the office of departure is asked to let go, the others are asked after it did."""
    asked = {
        line["movement"]
        for line in evidence.journals["requests"]
        if line["type"] == "WithdrawalNotice"
    }
    let_go = {
        line["movement"]: line["at"]
        for line in evidence.journals["effects"]
        if line["effect"] == "declaration-withdrawn"
    }
    for line in evidence.journals["requests"]:
        early = line["at"] < let_go.get(line["movement"], "~")
        if line["type"] in TAKEN_BACK_LATER and line["movement"] in asked and early:
            yield f"taken back early: {line['type']} {line['id']} of {line['movement']}"


def feeds(evidence: Evidence) -> Iterator[str]:
    """A feed turns no stream around, save for what took the place of another afterwards."""
    late = {row["waits_for"].removeprefix("superseded:") for row in evidence.rows["messages"]}
    streams = defaultdict(list)
    for row in _living(evidence):
        if row["feed_sequence"] is not None and row["id"] not in late:
            streams[row["stream"]].append((row["place"], row["feed_sequence"]))
    for stream, both in streams.items():
        numbers = [number for _, number in sorted(both)]
        if numbers != sorted(numbers):
            yield f"the feed turns {stream} around: {sorted(both)}"


# ------------------------------------------------------------------ C, D


def owed_once(evidence: Evidence) -> Iterator[str]:
    """What has to be said is said under one id: an office cannot know that two are the same."""
    counted = Counter(
        (row["stream"], row["type"], row["unsigned"])
        for row in _living(evidence)
        if row["unsigned"]
    )
    yield from (f"owed twice: {words[:2]}" for words, many in counted.items() if many > 1)


def effects(evidence: Evidence) -> Iterator[str]:
    """Nothing but storing happens twice to a movement that nobody changed, under whatever ids."""
    asked = changed(evidence, *DROPPING)
    counted = Counter(
        tuple(line[name] for name in ("movement", "link", "office", "effect"))
        for line in evidence.journals["effects"]
        if line["effect"] != "stored" and line["movement"] not in asked
    )
    yield from (f"happened twice at an office: {one}" for one, many in counted.items() if many > 1)


def let_go(evidence: Evidence) -> Iterator[str]:
    """What we call dropped no office has, save where the operator was told that it might."""
    told = {call.get("message") for call in evidence.history if call.get("uncertain")}
    gone = {row["id"] for row in evidence.rows["messages"] if row["state"] == "dropped"} - told
    for line in evidence.journals["taken"]:
        if line["id"] in gone:
            yield f"dropped, and its office has it: {line['id']} at {line['link']}"


def addressed(evidence: Evidence) -> Iterator[str]:
    """Whoever has a message is whom it was for."""
    links = {row["id"]: row["link"] for row in evidence.rows["messages"]}
    for line in evidence.journals["taken"]:
        if links.get(line["id"], line["link"]) != line["link"]:
            yield f"at {line['link']}, and meant for {links[line['id']]}: {line['id']}"


def proven(evidence: Evidence) -> Iterator[str]:
    """Where signed receipts are agreed, nothing less ends a message."""
    agreed = {row["id"]: row["receipt"] for row in evidence.rows["links"]}
    for row in evidence.rows["messages"]:
        less = row["receipt_kind"] != "signed" and agreed[row["link"]] == "signed"
        if row["state"] == "acknowledged" and less:
            yield f"{row['type']} {row['id']} has a receipt that is {row['receipt_kind']}"


def recorded(evidence: Evidence) -> Iterator[str]:
    """The log tells every receipt and answer once, and every try (a feed has none) as its row."""
    rows = evidence.rows["messages"]
    ended = Counter(row["id"] for row in rows if row["state"] == "acknowledged")
    told = Counter(facts["message"] for facts in _facts(evidence, "receipt"))
    for name in sorted((ended - told) | (told - ended)):
        yield f"the log tells {told[name]} receipts of {name}, which has {ended[name]}"
    taken = Counter(row["id"] for row in evidence.rows["answers"])
    entries = Counter(facts["answer"] for facts in _facts(evidence, "answer"))
    for name in sorted((taken - entries) | (entries - taken)):
        yield f"the log tells {entries[name]} answers of {taken[name]}: {name}"
    kinds = {row["id"]: row["kind"] for row in evidence.rows["links"]}
    fed = {row["id"] for row in rows if kinds[row["link"]] == "feed"}
    words = ("message", "outcome", "detail")
    tried = Counter(
        tuple(str(row[name]) for name in words)
        for row in evidence.rows["attempts"]
        if row["message"] not in fed
    )
    said = Counter(tuple(str(one[name]) for name in words) for one in _facts(evidence, "sent"))
    for one in sorted((tried - said) | (said - tried)):
        yield f"the log tells {said[one]} tries of {tried[one]}: {one}"


# ------------------------------------------------------------------ E, at rest


def numbered(evidence: Evidence) -> Iterator[str]:
    """Whatever is sealed is in its link's feed."""
    for row in _living(evidence):
        if row["seal"] and row["feed_sequence"] is None:
            yield f"in no feed: {row['type']} {row['id']} of {row['link']}"


def verified(evidence: Evidence) -> Iterator[str]:
    """``audit verify`` was asked, agrees, and has seen every entry there is."""
    told = evidence.verified
    if not told.get("ok"):
        yield f"audit verify: {told.get('errors', 'says nothing')}"
    elif told["entries"] < len(evidence.rows["log"]):
        yield f"audit verify saw {told['entries']} of {len(evidence.rows['log'])} entries"
