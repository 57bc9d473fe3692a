"""``/metrics``: the names that are promised, what moves them, and what never stands in them."""

import re
from dataclasses import replace

import pytest

from gateway import register
from gateway.api.metrics import PAGE, Measures
from gateway.audit.entry import EntryKind
from gateway.domain.delivery import Link, LinkKind
from gateway.domain.records import Change, Insert
from gateway.usecases.deliver import deliver
from tests.world import TENANT

LINK = "lnk_vn0015bb"
LINE = re.compile(
    r'^(fullroute_[a-z_]+)(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? (-?[0-9.e+-]+|\+Inf)$'
)
NAMES = {
    "delivery_attempts_total": "counter",
    "delivery_oldest_pending_seconds": "gauge",
    "delivery_pending_messages": "gauge",
    "delivery_latency_seconds": "histogram",
    "parked_messages": "gauge",
    "awaiting_signature_messages": "gauge",
    "feed_lag_messages": "gauge",
    "validation_failures_total": "counter",
    "outbox_lag_seconds": "gauge",
    "certificate_expiry_seconds": "gauge",
    "intake_open": "gauge",
    "link_paused": "gauge",
    "link_breaker_open": "gauge",
}


def read(face, caller="exporter") -> str:
    answer = face.client.get("/metrics", headers=face.callers[caller])
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return answer.text


def samples(text: str, name: str) -> dict[str, float]:
    found = {}
    for line in text.splitlines():
        if line.startswith((f"fullroute_{name}{{", f"fullroute_{name} ")):
            label, value = line.rsplit(" ", 1)
            found[label.removeprefix(f"fullroute_{name}")] = float(value)
    return found


def test_every_promised_name_is_there_in_the_text_format(face):
    text = read(face)
    told = dict(re.findall(r"# TYPE fullroute_(\S+) (\S+)", text))
    assert told == NAMES
    for line in text.splitlines():
        assert line.startswith("# ") or LINE.match(line), line


def test_deliveries_are_counted_by_office_and_outcome_once(face):
    read(face)
    before = samples(read(face), "delivery_attempts_total")
    face.world.town.instead[LINK] = (503, b"")
    face.submit(face.declaration(), "to-count")
    for link in (LINK, "lnk_cn00x001"):
        deliver(face.world.ports, link, "w")
    face.world.town.instead.clear()
    text = read(face)
    after = samples(text, "delivery_attempts_total")
    grown = {label: value - before.get(label, 0) for label, value in after.items()}
    assert {label: value for label, value in grown.items() if value} == {
        '{link="lnk_vn0015bb",office="VN0015BB",outcome="busy"}': 1,
        '{link="lnk_cn00x001",office="CN00X001",outcome="acknowledged"}': 1,
    }
    assert samples(read(face), "delivery_attempts_total") == after
    pending = samples(text, "delivery_oldest_pending_seconds")
    assert '{link="lnk_vn0015bb",office="VN0015BB"}' in pending
    buckets = samples(text, "delivery_latency_seconds_bucket")
    assert list(buckets.values()) == sorted(buckets.values())
    assert buckets['{le="+Inf"}'] == samples(text, "delivery_latency_seconds_count")[""] == 1


def test_what_stands_still_or_awaits_a_signature_is_counted(face):
    before = samples(read(face), "parked_messages").get(f'{{link="{LINK}"}}', 0)
    face.world.town.instead[LINK] = (422, b"")
    face.submit(face.declaration(), "to-park")
    deliver(face.world.ports, LINK, "w")
    face.world.town.instead.clear()
    text = read(face)
    assert samples(text, "parked_messages")[f'{{link="{LINK}"}}'] > before
    awaiting = {one.link: one.awaiting_signature for one in face.world.store.link_loads()}
    assert samples(text, "awaiting_signature_messages") == {
        f'{{link="{link}"}}': many for link, many in awaiting.items()
    }


def test_the_certificates_of_links_end_too(face):
    known = face.world.store.trust(TENANT).certificates[0]
    names = ["a-link-whose-name-is-long-north", "a-link-whose-name-is-long-south"]
    for name in names:
        link = Link(
            id=name, tenant=TENANT, administration="CN", kind=LinkKind.FOLDER,
            endpoint="file:///nowhere", key=known.certificate, offices=(),
        )  # fmt: skip
        face.world.store.commit(Change((Insert(link),)))
    found = samples(read(face), "certificate_expiry_seconds")
    left = (known.valid_to - face.world.clock.now()).total_seconds()
    for name in names:
        assert found[f'{{link="{name}"}}'] == pytest.approx(left, abs=60)


def test_what_refuses_declarations_is_counted_by_rule(face):
    read(face)
    broken = face.declaration().replace(b"</Declaration>", b"<Strange/></Declaration>", 1)
    answer = face.submit(broken, "refused-to-count")
    code = answer.json()["errors"][0]["code"]
    found = samples(read(face), "validation_failures_total")
    assert found.get(f'{{rule="{code}"}}', 0) >= 1
    assert samples(read(face), "validation_failures_total") == found


def test_however_many_are_refused_at_once_each_is_counted_once(face):
    read(face)
    ports = face.world.ports
    for _ in range(2):
        writing = register.Writing(ports, TENANT, ports.clock.now())
        for _ in range(PAGE + 10):
            facts = {"findings": [{"code": "test.burst", "value": ""}]}
            writing.entry(EntryKind.REFUSED, facts=facts)
        ports.store.commit(writing.change())
        read(face)
    found = samples(read(face), "validation_failures_total")
    assert found['{rule="test.burst"}'] == 2 * (PAGE + 10)


def test_nothing_in_it_names_parties_goods_or_plates(face, movement):
    text = read(face)
    for secret in (*face.world.parties.values(), "A12345", "Jialing", movement):
        assert secret not in text
        assert secret.split(":")[-1] not in text


@pytest.mark.parametrize(("caller", "status"), [("reader", 403), ("nobody", 401)])
def test_it_is_for_operators(face, caller, status):
    assert face.client.get("/metrics", headers=face.callers[caller]).status_code == status


def test_another_tenant_sees_its_own(face):
    assert "lnk_" not in read(face, "stranger")


class Late:
    """A store in which one try is numbered already, and committed only after others."""

    def __init__(self, store) -> None:
        self._store = store
        self.hidden = 0

    def __getattr__(self, name):
        return getattr(self._store, name)

    def attempts_after(self, number, limit):
        found = self._store.attempts_after(number, limit)
        return tuple(one for one in found if one.number != self.hidden)


def test_a_try_that_is_committed_after_a_later_one_is_counted(face):
    """PostgreSQL numbers a row when it is written: of two workers the later number may be first."""
    late = Late(face.world.store)
    measures = Measures(replace(face.world.ports, store=late))

    def counted():
        text = measures.read(TENANT, taking_in=True)
        return sum(samples(text, "delivery_attempts_total").values())

    assert counted() == 0
    late.hidden = late.last_attempt() + 1
    face.world.town.instead[LINK] = (503, b"")
    face.submit(face.declaration(), "late-to-count")
    for link in (LINK, "lnk_cn00x001"):
        deliver(face.world.ports, link, "w")
    face.world.town.instead.clear()
    assert counted() == 1
    late.hidden = 0
    assert counted() == 2
    assert counted() == 2
