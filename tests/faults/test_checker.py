"""A planted bug of each kind is caught: the checker is only worth what it sees.

One undisturbed run of real processes is recorded; every case damages a copy of what it left behind
(a row, a line of an office's journal, an answer to the client) as the bug would have.
"""

import copy
import json
from base64 import b64decode, b64encode
from hashlib import sha256

import pytest

from tests.faults.checker import check
from tests.faults.city import City

pytestmark = [pytest.mark.full, pytest.mark.timeout(200), pytest.mark.xdist_group("checker")]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    with City(tmp_path_factory.mktemp("recorded")) as city:
        references = [city.submit() for _ in range(2)]
        city.drive_all(references, 60)
        assert city.breaches() == [], city.last_words()
        return city.evidence()


def first(lines, **wanted):
    return next(one for one in lines if all(one[name] == is_ for name, is_ in wanted.items()))


def gone(lines, **wanted):
    lines.remove(first(lines, **wanted))


def twice(lines, **wanted):
    lines.append(dict(first(lines, **wanted)))


# Each plants one bug in the copy and says what must be heard: the promise, and some words.


def a_movement_is_lost(e):
    gone(e.rows["movements"])
    return "A", "accepted and lost"


def a_message_row_is_lost(e):
    gone(e.rows["messages"], type="OLC")
    return "A", "message row lost"


def a_key_is_forgotten(e):
    gone(e.rows["idempotency"])
    return "A", "its key forgotten"


def one_declaration_makes_two_movements(e):
    e.rows["movements"].append({**first(e.rows["movements"]), "reference": "another"})
    return "A", "has 2 movements"


def a_refused_declaration_is_there(e):
    first(e.history, call="submit")["outcome"] = "refused"
    return "A", "refused and there all the same"


def nobody_asked(e):
    lrn = first(e.history, call="submit")["lrn"]
    e.history[:] = [one for one in e.history if one.get("lrn") != lrn]
    return "A", "nobody submitted"


def a_report_is_lost(e):
    """With its event, its log entry and whatever came of it."""
    call = first(e.history, call="report", kind="departed")
    rows = e.rows["events"]
    rows[:] = [r for r in rows if (r["movement"], r["kind"]) != (call["movement"], "departed")]
    return "A", "answered and not done: report departed"


def a_withdrawal_is_lost(e):
    movement = first(e.rows["movements"])["reference"]
    e.history.append({"call": "withdraw", "movement": movement, "outcome": "ok"})
    return "A", "answered and not done: withdraw"


def a_cancelled_message_goes_out(e):
    row = first(e.rows["messages"], type="BIA")
    call = {"call": "cancel", "movement": row["movement"], "message": row["id"]}
    e.history.append({**call, "outcome": "ok", "uncertain": False})
    return "A", "answered and not done: cancel"


def an_amendment_is_lost(e):
    movement = first(e.rows["movements"])["reference"]
    call = {"call": "amend", "movement": movement, "digest": "0" * 64, "key": "k"}
    e.history.append({**call, "outcome": "ok"})
    return "A", "another declaration stands for"


def two_declarations_are_mixed_up(e):
    one, two = e.rows["movements"]
    one["declaration"], two["declaration"] = two["declaration"], one["declaration"]
    return "A", "another declaration stands for"


def an_answer_is_made_up(e):
    """Consistently: row, bytes, event and log entry; only no office has ever said it."""
    row = first(e.rows["answers"], kind="released")
    said = e.journals["answers"]
    said[:] = [line for line in said if line["id"] != row["id"]]
    return "A", "an answer that no office gave"


def an_answer_moves_another_movement(e):
    row = first(e.rows["answers"], kind="released")
    other = next(m for m in e.rows["movements"] if m["reference"] != row["movement"])
    row["movement"] = other["reference"]
    return "A", "is taken for"


def an_answer_is_lost(e):
    gone(e.rows["answers"], kind="released")
    return "A", "answer accepted and lost"


def an_output_in_a_response_is_lost(e):
    said = e.journals["answers"]
    given = {"content": b64encode(b"an output").decode(), "id": "ans_0", "type": "OLC"}
    said += [{**first(said), "what": "written", **given}]
    said += [{**first(said), "what": "handed-over", "id": "ans_0"}]
    return "A", "given in a response and lost"


def a_body_is_damaged(e):
    body = first(e.rows["bodies"])
    body["content"] = bytes(body["content"])[:-1] + b"?"
    return "A", "holds other bytes"


def an_event_is_lost(e):
    gone(e.rows["events"], sequence=3)
    return "A", "have a gap"


def the_last_event_is_lost(e):
    rows = e.rows["events"]
    rows.remove(max(rows, key=lambda row: row["sequence"]))
    return "A", "are not those of the log"


def every_event_is_lost(e):
    movement = first(e.rows["events"])["movement"]
    e.rows["events"] = [row for row in e.rows["events"] if row["movement"] != movement]
    return "A", "has no events"


def an_event_happens_twice(e):
    row = first(e.rows["events"], kind="released")
    e.rows["events"].append({**row, "sequence": 99})
    return "A", "happened twice"


def an_answer_is_heard_twice(e):
    row = first(e.rows["events"], kind="answered")
    e.rows["events"].append({**row, "sequence": 99, "at": "2026-01-01T00:00:00.000Z"})
    return "A", "heard 2 times, answered 1"


def an_answer_is_not_heard(e):
    row = first(e.rows["events"], kind="answered")
    row["kind"] = "controlled"
    return "A", "heard 0 times, answered 1"


def a_message_is_quietly_dropped(e):
    row = first(e.rows["messages"], type="ClearanceNotice")
    row |= {"state": "dropped", "place": None, "receipt": None, "feed_sequence": None}
    return "A", "dropped, and nobody asked"


def two_messages_swap_their_order(e):
    ours = [one for one in e.journals["requests"] if one["link"] == "vn0015bb"]
    movement = ours[0]["movement"]
    one, two = [line for line in ours if line["movement"] == movement][1:3]
    places = [e.journals["requests"].index(line) for line in (one, two)]
    e.journals["requests"][places[0]], e.journals["requests"][places[1]] = two, one
    return "B", "out of order at the office"


def a_place_is_left_out(e):
    gone(e.journals["requests"], type="OLC")
    return "B", "out of order at the office"


def a_message_is_sent_before_its_precondition(e):
    first(e.journals["requests"], type="DecMessage")["at"] = "2026-01-01T00:00:00.000Z"
    return "B", "early: DecMessage"


def a_message_is_sent_before_the_departure(e):
    reports = [one for one in e.history if one["call"] != "report" or one["kind"] != "departed"]
    e.history[:] = reports
    return "B", "early: MT4402"


def another_comes_first(e):
    """The office counts what comes by itself: only our rows know that two came the wrong way."""
    ours = [one for one in e.journals["requests"] if one["link"] == "vn0003pj"]
    one, two = [line for line in ours if line["movement"] == ours[0]["movement"]][:2]
    for name in ("id", "type", "digest"):
        one[name], two[name] = two[name], one[name]
    return "B", "arrived out of order"


def a_message_comes_too_early_and_is_sent_back(e):
    line = first(e.journals["requests"], place=2)
    e.journals["requests"].insert(0, {**line, "status": 425, "reason": "place 1 comes first"})
    return "B", "something comes first"


def a_place_is_taken_by_another(e):
    line = first(e.journals["requests"], place=1)
    e.journals["requests"].append({**line, "id": "msg_new", "status": 409})
    return "B", "the place is taken"


def it_is_taken_back_before_the_departure_let_go(e):
    line = first(e.journals["requests"], type="DecMessage")
    at = "2099-01-01T00:00:00.000Z"
    e.journals["requests"] += [{**line, "type": t} for t in ("WithdrawalNotice", "MT2401-3")]
    late = {**first(e.journals["effects"], effect="goods-released"), "at": at}
    e.journals["effects"].append({**late, "effect": "declaration-withdrawn"})
    return "B", "taken back early: MT2401-3"


def a_feed_turns_a_stream_around(e):
    stream = first(e.rows["messages"], place=2)["stream"]
    one, two = (first(e.rows["messages"], stream=stream, place=place) for place in (1, 2))
    one["feed_sequence"], two["feed_sequence"] = two["feed_sequence"], one["feed_sequence"]
    return "B", "turns"


def one_thing_is_said_under_two_ids(e):
    row = first(e.rows["messages"], type="BIA")
    e.rows["messages"].append({**row, "id": "msg_twin", "place": 99})
    return "C", "owed twice"


def an_effect_is_taken_twice(e):
    twice(e.journals["effects"], effect="import-declared")
    return "C", "effect taken twice"


def a_message_is_stored_twice(e):
    twice(e.journals["taken"])
    return "C", "stored twice"


def a_repeat_has_other_bytes(e):
    line = dict(first(e.journals["requests"]))
    e.journals["requests"].append({**line, "repeated": True, "digest": "0" * 64})
    return "C", "repeated with other bytes"


def an_answer_has_its_effect_twice(e):
    answer = first(e.rows["answers"])
    e.rows["answers"].append({**answer, "id": "ans_other"})
    return "C", "one answer taken in twice"


def an_effect_is_caused_under_two_ids(e):
    """Each message names its own id, so the two do not have the same bytes."""
    line = first(e.journals["effects"], effect="import-registered")
    e.journals["effects"].append({**line, "id": "msg_twin"})
    return "C", "happened twice at an office"


def a_message_is_dropped_that_its_office_has(e):
    row = first(e.rows["messages"], type="ClearanceNotice")
    e.history.append({"call": "amend", "movement": row["movement"], "outcome": "refused"})
    row |= {"state": "dropped", "place": None, "receipt": None, "feed_sequence": None}
    return "C", "dropped, and its office has it"


def a_message_goes_to_another_office(e):
    line = first(e.journals["taken"], id=first(e.rows["messages"], type="BIA")["id"])
    line["link"] = "cn008001"
    return "D", "and meant for"


def an_answer_is_not_told(e):
    gone(e.rows["log"], kind="answer")
    return "D", "the log tells 0 answers of 1"


def two_receipts_are_swapped(e):
    one, two = (first(e.rows["messages"], type=kind) for kind in ("OLA", "IDA"))
    one["receipt"], two["receipt"] = two["receipt"], one["receipt"]
    return "D", "is not the one its office gave"


def an_office_receipts_another_message(e):
    row = first(e.rows["messages"], type="OLA")
    line = first(e.journals["taken"], id=row["id"])
    says = json.loads(b64decode(line["receipt"])) | {"message": "msg_other"}
    line["receipt"] = b64encode(json.dumps(says).encode()).decode()
    paper = json.dumps({"receipt": line["receipt"], "seal": line["seal"]}).encode()
    row["receipt"] = sha256(paper).hexdigest()
    e.rows["bodies"].append({"digest": row["receipt"], "content": paper})
    return "D", "speaks of msg_other"


def a_receipt_for_what_no_office_has(e):
    gone(e.journals["taken"], id=first(e.rows["messages"], type="BOA")["id"])
    return "D", "which no office has"


def the_transports_word_is_taken_for_a_receipt(e):
    row = first(e.rows["messages"], type="BIA")
    row |= {"receipt_kind": "transport", "receipt": row["wire"]}
    return "D", "has a receipt that is transport"


def a_receipt_is_not_told(e):
    gone(e.rows["log"], kind="receipt")
    return "D", "the log tells 0 receipts"


def a_receipt_is_told_twice(e):
    twice(e.rows["log"], kind="receipt")
    return "D", "the log tells 2 receipts"


def a_try_is_not_told(e):
    gone(e.rows["log"], kind="sent")
    return "D", "the log tells 0 tries of 1"


def a_try_is_recorded_twice(e):
    twice(e.rows["attempts"])
    return "D", "the log tells 1 tries of 2"


def a_message_never_gets_its_receipt(e):
    first(e.rows["messages"], type="BIA")["state"] = "due"
    return "D", "no receipt: BIA"


def an_entry_is_lost(e):
    gone(e.rows["log"], index=5)
    return "E", "have a gap"


def an_entry_is_changed(e):
    entry = first(e.rows["log"], index=7)
    entry["entry"] = bytes(entry["entry"]).replace(b"default", b"defauld")
    return "E", "is not its entry's"


def a_feed_number_is_left_out(e):
    first(e.rows["messages"], type="OLC")["feed_sequence"] = 99
    return "E", "has a gap"


def a_message_is_in_no_feed(e):
    first(e.rows["messages"], type="OLC")["feed_sequence"] = None
    return "E", "in no feed"


def the_audit_says_nothing(e):
    e.verified.clear()
    return "E", "audit verify: says nothing"


def the_audit_left_something_out(e):
    e.verified["entries"] -= 1
    return "E", "audit verify saw"


def the_audit_disagrees(e):
    e.verified["ok"] = False
    return "E", "audit verify"


def a_movement_never_ends(e):
    first(e.rows["movements"])["state"] = "in-transit"
    return "F", "not at its end"


def a_cancelled_movement_has_something_due(e):
    row = first(e.rows["messages"], type="TIR")
    e.history.append({"call": "cancel", "movement": row["movement"], "outcome": "ok"})
    row["state"] = "due"
    return "F", "open: TIR"


def something_is_left_waiting(e):
    first(e.rows["messages"], type="TIR")["state"] = "waiting"
    return "F", "open: TIR"


PLANTED = (
    *(a_movement_is_lost, a_message_row_is_lost, a_key_is_forgotten),
    *(one_declaration_makes_two_movements, a_refused_declaration_is_there, nobody_asked),
    *(a_report_is_lost, a_withdrawal_is_lost, a_cancelled_message_goes_out, an_amendment_is_lost),
    *(two_declarations_are_mixed_up, an_answer_is_made_up, an_answer_moves_another_movement),
    *(an_answer_is_lost, an_output_in_a_response_is_lost, a_body_is_damaged),
    *(an_event_is_lost, the_last_event_is_lost, every_event_is_lost, an_event_happens_twice),
    *(an_answer_is_heard_twice, an_answer_is_not_heard, a_message_is_quietly_dropped),
    *(two_messages_swap_their_order, a_place_is_left_out, another_comes_first),
    *(a_message_comes_too_early_and_is_sent_back, a_place_is_taken_by_another),
    it_is_taken_back_before_the_departure_let_go,
    *(a_feed_turns_a_stream_around, a_message_is_sent_before_its_precondition),
    a_message_is_sent_before_the_departure,
    *(one_thing_is_said_under_two_ids, an_effect_is_taken_twice, a_message_is_stored_twice),
    *(an_effect_is_caused_under_two_ids, a_message_is_dropped_that_its_office_has),
    *(a_message_goes_to_another_office, an_answer_is_not_told),
    *(a_repeat_has_other_bytes, an_answer_has_its_effect_twice, two_receipts_are_swapped),
    *(an_office_receipts_another_message, a_receipt_for_what_no_office_has),
    *(the_transports_word_is_taken_for_a_receipt, a_receipt_is_not_told, a_receipt_is_told_twice),
    *(a_try_is_not_told, a_try_is_recorded_twice, a_message_never_gets_its_receipt),
    *(an_entry_is_lost, an_entry_is_changed, a_feed_number_is_left_out, a_message_is_in_no_feed),
    *(the_audit_says_nothing, the_audit_left_something_out, the_audit_disagrees),
    *(a_movement_never_ends, a_cancelled_movement_has_something_due, something_is_left_waiting),
)


def test_every_planted_bug_is_caught(recorded):
    """One test: the recording costs seconds, and a worker of its own must not make it again."""
    unheard = []
    for plant in PLANTED:
        damaged = copy.deepcopy(recorded)
        letter, words = plant(damaged)
        heard = check(damaged)
        if not any(one.promise == letter and words in one.what for one in heard):
            unheard.append((plant.__name__, [str(one) for one in heard]))
    assert unheard == []
