"""Several messages in one request: what is written is read back, everything else is refused."""

import pytest

from gateway.audit import batch
from gateway.domain.finding import Refusal

ITEMS = tuple(
    batch.BatchItem(envelope=f"e{n}", seal=f"k:{n}", media_type="text/plain", content=bytes([n]))
    for n in range(3)
)
REPLIES = (
    batch.BatchReply(message="msg_1", status=200, content=b'{"receipt":"x"}'),
    batch.BatchReply(message="msg_2", status=422, content='{"reason": "không"}'.encode()),
)


def test_a_batch_comes_back_in_its_order():
    assert batch.read_batch(batch.write_batch(ITEMS)) == ITEMS
    assert batch.read_replies(batch.write_replies(REPLIES)) == REPLIES


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<M/>", id="no JSON"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b"{}", id="no members"),
        pytest.param(b'{"envelope":"e","seal":"s","media_type":"t","content":"?"}', id="no base64"),
        pytest.param(batch.write_batch(ITEMS * 100), id="too many"),
        pytest.param(batch.write_batch(ITEMS)[:-9], id="cut off"),
    ],
)
def test_what_is_no_batch_is_refused(body):
    with pytest.raises(Refusal, match=r"exchange\.malformed"):
        batch.read_batch(body)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b'{"message":"m","status":200,"reply":""}', id="status is a number"),
        pytest.param(b'{"message":"m","status":"ok","reply":""}', id="status is a word"),
        pytest.param(b'{"message":"m","status":"0","reply":""}', id="status is none"),
        pytest.param(b'{"message":"m","status":"2000","reply":""}', id="status is too long"),
        pytest.param(b'{"message":"m","status":"200"}', id="no reply"),
        pytest.param(b'{"message":"m","status":"200","reply":"\\ud800"}', id="half a character"),
        pytest.param(b"<html>busy</html>", id="no JSON"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b"[" * 100_000, id="very deep"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_line_that_is_no_reply_takes_nothing_from_the_others(line):
    first, second = batch.write_replies(REPLIES).splitlines(keepends=True)
    assert batch.read_replies(first + line + b"\n" + second) == REPLIES
    assert batch.read_replies(first + second + line) == REPLIES
    assert batch.read_replies(line) == ()
