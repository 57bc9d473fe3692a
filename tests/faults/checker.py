"""The one judge of a faulty run; it knows the promise, and nothing of how the product keeps it.

| | Promise |
|---|---|
| A | nothing accepted is lost, nothing is there that nobody asked for |
| B | in each stream in order, and nothing before its precondition |
| C | no effect twice, no repeat with other bytes |
| D | every message ends with exactly the receipt its office gave |
| E | the log has no gap, its leaves are those of its entries, and ``audit verify`` agrees |
| F | nothing is left to do |

What happened is taken from the office's side wherever the office can know it; what several sides
must agree on is judged in :mod:`tests.faults.tallies`.
"""

import json
from base64 import b64decode
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from tests.faults import tallies
from tests.faults.evidence import Evidence, Line

OPEN = ("waiting", "awaiting-signature", "due", "parked")

AFTER_EFFECT = {
    "DecMessage": "manifest-accepted",
    "OLC": "transport-registered",
    "IDC": "import-registered",
    "CrossingNotice": "exit-confirmed",
    "TIR": "exit-confirmed",
    "BOA": "transport-approved",
}
"""What an office must have done before a message may reach any office: the packs' own order."""

AFTER_REPORT = {"MT4402": "departed", "ArrivalNotice": "arrived", "BIA": "arrived"}
"""What the enterprise must have begun to report before."""


@dataclass(frozen=True, order=True)
class Breach:
    """One broken promise: its letter, and what was seen."""

    promise: str
    what: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.what}"


def check(evidence: Evidence, *, resting: bool = True, audited: bool = True) -> list[Breach]:
    """Return every breach.

    ``resting`` says that the run was given time to finish, ``audited`` that the evidence has what
    ``audit verify`` printed; both are as it is at the end of a run.
    """
    judges: dict[str, tuple[Callable[[Evidence], Iterator[str]], ...]] = {
        "A": (
            *(_submissions, _strangers, _bodies, _planned, _taken_known, _answers_kept, _events),
            *(tallies.dropped, tallies.events, tallies.repeated, tallies.heard),
            *(tallies.done, tallies.declared, tallies.given),
            *((_handed_over,) if resting else ()),
        ),
        "B": (
            *(_places, _gaps, _early),
            *(tallies.arrivals, tallies.turned_away, tallies.feeds, tallies.taken_back),
        ),
        "C": (
            *(_effects, _repeats, _answered_once),
            *(tallies.owed_once, tallies.effects, tallies.let_go),
        ),
        "D": (
            *(_receipts, tallies.addressed, tallies.proven, tallies.recorded),
            *((_acknowledged,) if resting else ()),
        ),
        "E": (
            _log,
            *((tallies.numbered,) if resting else ()),
            *((tallies.verified,) if audited else ()),
        ),
        "F": (_backlog,) if resting else (),
    }
    return sorted(
        {
            Breach(letter, what)
            for letter, all_ in judges.items()
            for one in all_
            for what in one(evidence)
        }
    )


# ------------------------------------------------------------------ A: lost or invented


def _submissions(evidence: Evidence) -> Iterator[str]:
    movements = defaultdict(list)
    for row in evidence.rows["movements"]:
        movements[row["lrn"]].append(row["reference"])
    keys = {row["key"]: bytes(row["response"]).decode() for row in evidence.rows["idempotency"]}
    for call in evidence.history:
        if call["call"] != "submit":
            continue
        found = movements[call["lrn"]]
        if len(found) > 1:
            yield f"{call['lrn']} has {len(found)} movements"
        if call["outcome"] == "ok" and call["movement"] not in found:
            yield f"accepted and lost: movement {call['movement']} ({call['key']})"
        if call["outcome"] == "ok" and keys.get(call["key"]) != call["movement"]:
            yield f"accepted and its key forgotten: {call['key']}"
        if call["outcome"] == "refused" and found:
            yield f"refused and there all the same: {call['lrn']}"


def _strangers(evidence: Evidence) -> Iterator[str]:
    asked = {call["lrn"] for call in evidence.history if call["call"] == "submit"}
    for row in evidence.rows["movements"]:
        if row["lrn"] not in asked:
            yield f"nobody submitted {row['lrn']}"


def _bodies(evidence: Evidence) -> Iterator[str]:
    kept = {row["digest"]: bytes(row["content"]) for row in evidence.rows["bodies"]}
    for digest, content in kept.items():
        if sha256(content).hexdigest() != digest:
            yield f"body {digest} holds other bytes"
    wanted = [("declaration", row["declaration"]) for row in evidence.rows["movements"]]
    wanted += [("wire", row["wire"]) for row in evidence.rows["messages"] if row["wire"]]
    wanted += [("receipt", row["receipt"]) for row in evidence.rows["messages"] if row["receipt"]]
    wanted += [("answer", row["body"]) for row in evidence.rows["answers"]]
    wanted += [
        ("submitted", call["digest"])
        for call in evidence.history
        if call["call"] in ("submit", "amend") and call["outcome"] == "ok"
    ]
    yield from (f"{role} body {digest} is gone" for role, digest in wanted if digest not in kept)


def _planned(evidence: Evidence) -> Iterator[str]:
    """Every message that the log's entry of acceptance lists has its row."""
    rows = {row["id"] for row in evidence.rows["messages"]}
    planned: dict[str, list[list[str]]] = {}
    for line in evidence.rows["log"]:
        facts = json.loads(bytes(line["entry"]))["facts"]
        if line["kind"] == "accepted" and "messages" in facts:
            planned[line["movement"]] = facts["messages"]
    for row in evidence.rows["movements"]:
        if row["reference"] not in planned:
            yield f"movement {row['reference']} was accepted without an entry"
            continue
        for message, kind, _ in planned[row["reference"]]:
            if message not in rows:
                yield f"message row lost: {kind} {message}"


def _taken_known(evidence: Evidence) -> Iterator[str]:
    rows = {row["id"] for row in evidence.rows["messages"]}
    for line in evidence.journals["taken"]:
        if line["id"] not in rows:
            yield f"an office has a message whose row is lost: {line['id']}"


def _answers_kept(evidence: Evidence) -> Iterator[str]:
    """What an office was told is taken in, by our signed word, is there with its bytes."""
    bodies = {(row["link"], row["id"]): row["body"] for row in evidence.rows["answers"]}
    settled = {line["id"] for line in evidence.journals["answers"] if line["what"] == "accepted"}
    known = set(bodies.values())
    for line in evidence.journals["answers"]:
        if line["what"] != "written" or line["id"] not in settled:
            continue
        digest = sha256(b64decode(line["content"])).hexdigest()
        if bodies.get((line["link"], line["id"])) != digest and digest not in known:
            yield f"answer accepted and lost: {line['id']} to {line['type']}"


def _handed_over(evidence: Evidence) -> Iterator[str]:
    """What came back in a response is kept, though nobody told the office so."""
    kept = {row["digest"] for row in evidence.rows["bodies"]}
    said = evidence.journals["answers"]
    given = {line["id"] for line in said if line["what"] == "handed-over"}
    for line in said:
        if line["what"] != "written" or line["id"] not in given:
            continue
        if sha256(b64decode(line["content"])).hexdigest() not in kept:
            yield f"given in a response and lost: {line['id']} to {line['type']}"


def _events(evidence: Evidence) -> Iterator[str]:
    counted = defaultdict(list)
    for row in evidence.rows["events"]:
        counted[row["movement"]].append(row["sequence"])
    for movement, numbers in counted.items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield f"events of {movement} have a gap: {sorted(numbers)}"


# ------------------------------------------------------------------ B: order


def _places(evidence: Evidence) -> Iterator[str]:
    taken = defaultdict(list)
    for line in evidence.journals["requests"]:
        if line["status"] == 200 and not line["repeated"]:
            taken[line["stream"]].append(line["place"])
    for stream, places in taken.items():
        if places != _counted(places):
            yield f"out of order at the office: {stream} {places}"


def _gaps(evidence: Evidence) -> Iterator[str]:
    ours = defaultdict(list)
    for row in evidence.rows["messages"]:
        if row["place"] is not None and row["state"] != "dropped":
            ours[row["stream"]].append(row["place"])
    for stream, places in ours.items():
        if sorted(places) != _counted(places):
            yield f"places of {stream} have a gap: {sorted(places)}"


def _counted(places: list[int]) -> list[int]:
    return list(range(1, len(places) + 1))


def _early(evidence: Evidence) -> Iterator[str]:
    done: dict[tuple[str, str], str] = {}
    for line in evidence.journals["effects"]:
        key = (line["movement"], line["effect"])
        done[key] = min(done.get(key, line["at"]), line["at"])
    told: dict[tuple[str, str], str] = {}
    for call in evidence.history:
        if call["call"] == "report":
            told.setdefault((call["movement"], call["kind"]), call["at"])
    for line in evidence.journals["requests"]:
        movement, kind = line["movement"], line["type"]
        for table, seen in ((AFTER_EFFECT, done), (AFTER_REPORT, told)):
            wanted = table.get(kind)
            if wanted and seen.get((movement, wanted), "~") > line["at"]:
                yield f"early: {kind} {line['id']} before {wanted} of {movement}"


# ------------------------------------------------------------------ C: twice


def _effects(evidence: Evidence) -> Iterator[str]:
    counted = Counter((line["id"], line["effect"]) for line in evidence.journals["effects"])
    yield from (f"effect taken twice: {key}" for key, many in counted.items() if many > 1)
    stored = Counter(line["id"] for line in evidence.journals["taken"])
    yield from (f"stored twice: {name}" for name, many in stored.items() if many > 1)


def _repeats(evidence: Evidence) -> Iterator[str]:
    digests = defaultdict(set)
    for line in evidence.journals["requests"]:
        if not line["id"]:
            yield f"a request that the office could not believe: {line['reason']}"
        digests[line["id"]].add(line["digest"])
    for name, seen in digests.items():
        if name and len(seen) > 1:
            yield f"repeated with other bytes: {name}"


def _answered_once(evidence: Evidence) -> Iterator[str]:
    """One answer's bytes have one row a link: two would be two effects with us."""
    counted = Counter(
        (row["link"], row["message"], row["body"]) for row in evidence.rows["answers"]
    )
    yield from (f"one answer taken in twice: {key}" for key, many in counted.items() if many > 1)


# ------------------------------------------------------------------ D: receipts


def _receipts(evidence: Evidence) -> Iterator[str]:
    """Every receipt we keep is, byte for byte, the one its office gave for that very message."""
    bodies = {row["digest"]: bytes(row["content"]) for row in evidence.rows["bodies"]}
    given = {line["id"]: line for line in evidence.journals["taken"]}
    answers = {(row["message"], row["body"]) for row in evidence.rows["answers"]}
    for row in evidence.rows["messages"]:
        if row["state"] != "acknowledged":
            continue
        line = given.get(row["id"])
        if line is None:
            yield f"receipt for {row['id']}, which no office has"
            continue
        if row["receipt_kind"] == "signed":
            yield from _signed(row, bodies.get(row["receipt"] or "", b"{}"), line)
        elif row["receipt_kind"] == "native" and (row["id"], row["receipt"]) not in answers:
            yield f"native receipt of {row['id']} is no answer to it"


def _signed(row: Line, kept: bytes, given: Line) -> Iterator[str]:
    ours = json.loads(kept)
    if (ours.get("receipt"), ours.get("seal")) != (given["receipt"], given["seal"]):
        yield f"receipt of {row['id']} is not the one its office gave"
        return
    says = json.loads(b64decode(given["receipt"]))
    if (says["message"], says["digest"], says["link"]) != (row["id"], row["wire"], row["link"]):
        yield f"receipt of {row['id']} speaks of {says['message']}"


def _acknowledged(evidence: Evidence) -> Iterator[str]:
    for row in evidence.rows["messages"]:
        if row["state"] in ("due", "parked"):
            yield f"no receipt: {row['type']} {row['id']} is {row['state']} {row['waits_for']}"
        if row["state"] == "acknowledged" and not row["receipt"]:
            yield f"acknowledged without a receipt: {row['id']}"


# ------------------------------------------------------------------ E, F


def _log(evidence: Evidence) -> Iterator[str]:
    numbers = sorted(row["index"] for row in evidence.rows["log"] if row["index"] is not None)
    if numbers != list(range(len(numbers))):
        yield f"the log's {len(numbers)} numbers have a gap or a double"
    counters = {row["name"]: row["value"] for row in evidence.rows["counters"]}
    if counters.get("log", 0) != len(numbers):
        yield f"the log counted {counters.get('log')} entries and has {len(numbers)}"
    for row in evidence.rows["log"]:
        if sha256(b"\x00" + bytes(row["entry"])).digest() != bytes(row["leaf"]):
            yield f"leaf {row['index']} is not its entry's"
    yield from _feeds(evidence, counters)


def _feeds(evidence: Evidence, counters: dict[str, int]) -> Iterator[str]:
    feeds = defaultdict(list)
    for row in evidence.rows["messages"]:
        if row["feed_sequence"] is not None:
            feeds[row["link"]].append(row["feed_sequence"])
    for link, numbers in feeds.items():
        last = counters.get(f"feed/{link}", 0)
        if sorted(numbers) != list(range(1, last + 1)):
            yield f"the feed of {link} has a gap: {len(numbers)} of {last}"


def _backlog(evidence: Evidence) -> Iterator[str]:
    """Everything is at its end; what was changed may wait for what cannot come any more."""
    changed = tallies.changed(evidence, *tallies.DROPPING)
    states = {row["reference"]: row["state"] for row in evidence.rows["movements"]}
    ends = defaultdict(lambda: {"completed"})
    ends |= {one: {"completed", "invalidated"} for one in tallies.changed(evidence, "withdraw")}
    ends |= {one: set(states.values()) for one in tallies.changed(evidence, "cancel", "skip")}
    for call in evidence.history:
        if call["call"] == "submit" and call["outcome"] == "ok":
            state = states.get(call["movement"], "lost")
            if state not in ends[call["movement"]]:
                yield f"not at its end: {call['movement']} is {state}"
    for row in evidence.rows["messages"]:
        stranded = row["state"] == "waiting" and row["movement"] in changed
        if row["state"] in OPEN and not stranded:
            yield f"open: {row['type']} {row['id']} is {row['state']}, {row['waits_for']}"
    for row in evidence.rows["log"]:
        if row["index"] is None:
            yield f"never numbered: entry {row['id']}"
