"""The register: reading a movement back, and writing what a decision leads to.

Every use case that moves a movement does the same three things: load it as it stands, decide, and
write rows, signatures and log entries in **one** change under the movement's version. This room
is that beginning and that end; what is decided in between is the use case's own.
"""

from gateway.register.account import (
    READINGS_MAX,
    Account,
    log_pages,
    read_account,
    still_account,
)
from gateway.register.answering import Acknowledgement, log_refusal, take_in
from gateway.register.closing import closed_of, log_closure
from gateway.register.declaring import (
    DeclaredVersion,
    Request,
    Submission,
    check_own,
    declared_versions,
    log_refused,
    request_digest,
    submission_of,
    write_declaration,
)
from gateway.register.endings import (
    Ending,
    endings_of_links,
    endings_of_trust,
)
from gateway.register.erasing import (
    Erasure,
    Unopened,
    erase,
    erasure_of,
    listed_erased,
    listed_kept,
    open_messages,
)
from gateway.register.exits import (
    LIVING,
    Exit,
    awaited_types,
    cancelling,
    ending,
    skipping,
    supersede,
    write_exit,
)
from gateway.register.firing import fire_deadlines
from gateway.register.fresh_key import fresh_key
from gateway.register.gathering import basis, route_offices
from gateway.register.incoming import (
    Incoming,
    Vouched,
    check_not_ended,
    check_signed,
    collected,
)
from gateway.register.load import (
    Loaded,
    all_offices,
    folded,
    itinerary_of,
    load,
    packs_of,
    recorded_stops,
    with_askers,
)
from gateway.register.moving import move
from gateway.register.native import quoting
from gateway.register.owing import Owing, Places, make_due, mandated, owe, signed_by
from gateway.register.parcels import packed
from gateway.register.passing import (
    Seen,
    lane_of,
    log_passage,
    move_all,
    passage_key,
    went_on,
)
from gateway.register.put_away import Told, dismissed, refused_answer, refused_answers
from gateway.register.receipts import Proof, acknowledge, check_kept, check_receipt, kept_header
from gateway.register.remarks import heard_finding
from gateway.register.replies import broken_off, judge, refusal_of, unforeseen, unmoved, write_try
from gateway.register.reporting import canonical, reported, tell_movement
from gateway.register.running import PATIENCE, hearers, tell_owed_runs, tell_run, told_of
from gateway.register.runs import trips_named
from gateway.register.standing import as_borne, candidates_of, place_of, runs_of, write_keys
from gateway.register.stepping import write_step
from gateway.register.timing import deadlines_of, readings_of
from gateway.register.writing import (
    TRIES_MAX,
    Writing,
    message_facts,
    write_events,
    write_message,
    write_movement,
    write_surely,
)

__all__ = [
    "LIVING",
    "PATIENCE",
    "READINGS_MAX",
    "TRIES_MAX",
    "Account",
    "Acknowledgement",
    "DeclaredVersion",
    "Ending",
    "Erasure",
    "Exit",
    "Incoming",
    "Loaded",
    "Owing",
    "Places",
    "Proof",
    "Request",
    "Seen",
    "Submission",
    "Told",
    "Unopened",
    "Vouched",
    "Writing",
    "acknowledge",
    "all_offices",
    "as_borne",
    "awaited_types",
    "basis",
    "broken_off",
    "cancelling",
    "candidates_of",
    "canonical",
    "check_kept",
    "check_not_ended",
    "check_own",
    "check_receipt",
    "check_signed",
    "closed_of",
    "collected",
    "deadlines_of",
    "declared_versions",
    "dismissed",
    "ending",
    "endings_of_links",
    "endings_of_trust",
    "erase",
    "erasure_of",
    "fire_deadlines",
    "folded",
    "fresh_key",
    "heard_finding",
    "hearers",
    "itinerary_of",
    "judge",
    "kept_header",
    "lane_of",
    "listed_erased",
    "listed_kept",
    "load",
    "log_closure",
    "log_pages",
    "log_passage",
    "log_refusal",
    "log_refused",
    "make_due",
    "mandated",
    "message_facts",
    "move",
    "move_all",
    "open_messages",
    "owe",
    "packed",
    "packs_of",
    "passage_key",
    "place_of",
    "quoting",
    "read_account",
    "readings_of",
    "recorded_stops",
    "refusal_of",
    "refused_answer",
    "refused_answers",
    "reported",
    "request_digest",
    "route_offices",
    "runs_of",
    "signed_by",
    "skipping",
    "still_account",
    "submission_of",
    "supersede",
    "take_in",
    "tell_movement",
    "tell_owed_runs",
    "tell_run",
    "told_of",
    "trips_named",
    "unforeseen",
    "unmoved",
    "went_on",
    "with_askers",
    "write_declaration",
    "write_events",
    "write_exit",
    "write_keys",
    "write_message",
    "write_movement",
    "write_step",
    "write_surely",
    "write_try",
]
