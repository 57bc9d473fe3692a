"""``/metrics``: what Prometheus reads, for operators' keys; names are ``fullroute_*``.

Counters count from the first reading of this program on: Prometheus takes a start from nought for
what it is. They are counted from rows, so every program of a gateway counts the same events: read
one of them, not the sum. Labels name links, offices, rules and certificates' fingerprints, never
goods, parties or plates.
"""

import bisect
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response

from gateway import register
from gateway.api import problems
from gateway.api.request import Operator, require_accept
from gateway.audit.entry import EntryKind, read_entry
from gateway.audit.exchange import read_envelope
from gateway.domain.backlog import Tried
from gateway.domain.delivery import Link, LinkKind, Outcome
from gateway.domain.records import LogRecord
from gateway.ports import Ports
from gateway.pressure import Sluice

router = APIRouter(tags=["health"])

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PAGE = 1000
LATE = timedelta(minutes=1)
"""How long a try may be numbered and not committed; the database ends what takes so long."""

BUCKETS = (0.03, 0.06, 0.12, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3600.0, 86_400.0)
"""Upper bounds, seconds."""

Labels = tuple[tuple[str, str], ...]
Samples = Iterable[tuple[Labels, float]]


class Measures:
    """Counters that go on from one reading to the next; safe between threads."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._lock = threading.Lock()
        self._attempt = -1
        self._missing: dict[int, datetime] = {}
        self._refused_at: datetime | None = None
        self._refused_seen: frozenset[str] = frozenset()
        self._attempts: Counter[tuple[str, Labels]] = Counter()
        self._failures: Counter[tuple[str, Labels]] = Counter()
        self._latencies: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}

    def read(self, tenant: str, *, taking_in: bool) -> str:
        """Return everything of a tenant, in the text format of Prometheus."""
        with self._lock:
            self._count()
            return "".join(self._families(tenant, taking_in=taking_in))

    # -------------------------------------------------------------- counting

    def _count(self) -> None:
        if self._attempt < 0:
            self._attempt = self._ports.store.last_attempt()
        for tried in self._tried():
            self._count_attempt(tried)
        self._count_refusals()

    def _tried(self) -> Iterator[Tried]:
        """Yield what was tried since the last reading, each once.

        PostgreSQL numbers a row when it is written: a number that is left out may come yet, with
        the transaction that took it.
        """
        now = self._ports.clock.now()
        self._missing = {one: at for one, at in self._missing.items() if now - at < LATE}
        seen = min(self._missing, default=self._attempt + 1) - 1
        while page := self._ports.store.attempts_after(seen, PAGE):
            for tried in page:
                if tried.number > self._attempt:
                    left_out = range(max(self._attempt + 1, tried.number - PAGE), tried.number)
                    self._missing |= dict.fromkeys(left_out, now)
                    self._attempt = tried.number
                    yield tried
                elif self._missing.pop(tried.number, None) is not None:
                    yield tried
            seen = page[-1].number

    def _count_attempt(self, tried: Tried) -> None:
        message, outcome = tried.message, tried.attempt.outcome
        labels = (("link", message.link), ("office", message.office), ("outcome", outcome.value))
        self._attempts[message.tenant, labels] += 1
        if outcome is Outcome.ACKNOWLEDGED and message.envelope is not None:
            sealed = read_envelope(message.envelope).issued
            seconds = max((tried.attempt.at - sealed).total_seconds(), 0.0)
            counts = self._latencies.setdefault(message.tenant, [0] * (len(BUCKETS) + 1))
            counts[bisect.bisect_left(BUCKETS, seconds)] += 1
            spent = self._seconds.get(message.tenant, 0.0)
            self._seconds[message.tenant] = spent + seconds

    def _count_refusals(self) -> None:
        now = self._ports.clock.now()
        first, seen = self._refused_at is None, set()
        # what commits late may carry an earlier time: look back a little, count nothing twice
        for record in self._refused((self._refused_at or now) - timedelta(seconds=5)):
            seen.add(record.id)
            if not first and record.id not in self._refused_seen:
                told = read_entry(record.entry).facts.get("findings")
                for one in told if isinstance(told, list) else []:
                    rule = str(one.get("code", "")) if isinstance(one, dict) else ""
                    self._failures[record.tenant, (("rule", rule),)] += 1
        self._refused_seen, self._refused_at = frozenset(seen), now

    def _refused(self, since: datetime) -> Iterator[LogRecord]:
        """Yield the entries of declarations that were refused, however many in one moment."""
        kind, behind = EntryKind.REFUSED.value, None
        while found := self._ports.store.log_told(
            kind, since, of_links=False, limit=PAGE, behind=behind
        ):
            yield from found
            behind = found[-1]

    # -------------------------------------------------------------- telling

    def _families(self, tenant: str, *, taking_in: bool) -> Iterator[str]:
        now = self._ports.clock.now()
        links = {one.id: one for one in self._ports.store.links() if one.tenant == tenant}
        pending = [one for one in self._ports.store.pending() if one.link in links]
        fed = {name for name, one in links.items() if one.kind is LinkKind.FEED}
        yield family(
            "delivery_attempts_total", "counter", "Tries to deliver.", _of(tenant, self._attempts)
        )
        yield family(
            "delivery_oldest_pending_seconds",
            "gauge",
            "Age of the oldest message that is due.",
            [(_at(p.link, p.office), (now - p.oldest_at).total_seconds()) for p in pending],
        )
        yield family(
            "delivery_pending_messages",
            "gauge",
            "Messages that are due.",
            [(_at(p.link, p.office), p.due) for p in pending],
        )
        yield from self._standing(links)
        yield family(
            "feed_lag_messages",
            "gauge",
            "Messages of a feed that are not acknowledged.",
            [(_at(p.link, p.office), p.due) for p in pending if p.link in fed],
        )
        yield self._latency(tenant)
        yield family(
            "validation_failures_total",
            "counter",
            "Findings that refused declarations.",
            _of(tenant, self._failures),
        )
        yield from self._rest(now, taking_in=taking_in)
        yield self._endings(tenant, now, links.values())
        paused = [(_of_link(one), float(one.paused)) for one in links.values()]
        yield family("link_paused", "gauge", "Whether a person paused the link.", paused)
        silent = [
            (_of_link(one), float(one.breaker.opened_at is not None)) for one in links.values()
        ]
        yield family("link_breaker_open", "gauge", "Whether it stopped answering.", silent)

    def _standing(self, links: Collection[str]) -> Iterator[str]:
        loads = [one for one in self._ports.store.link_loads() if one.link in links]
        yield family(
            "parked_messages",
            "gauge",
            "Messages that stand still until a person acts.",
            [((("link", one.link),), one.parked) for one in loads],
        )
        yield family(
            "awaiting_signature_messages",
            "gauge",
            "Messages that await their signatory.",
            [((("link", one.link),), one.awaiting_signature) for one in loads],
        )

    def _latency(self, tenant: str) -> str:
        counts = self._latencies.get(tenant, [0] * (len(BUCKETS) + 1))
        name = "delivery_latency_seconds"
        lines = [_head(name, "histogram", "From the seal of a message to its receipt.")]
        total = 0
        for bound, count in zip((*BUCKETS, float("inf")), counts, strict=True):
            total += count
            told = "+Inf" if bound == float("inf") else f"{bound:g}"
            lines.append(_line(f"{name}_bucket", (("le", told),), total))
        lines.append(_line(f"{name}_sum", (), self._seconds.get(tenant, 0.0)))
        lines.append(_line(f"{name}_count", (), total))
        return "".join(lines)

    def _rest(self, now: datetime, *, taking_in: bool) -> Iterator[str]:
        oldest = self._ports.store.oldest_unsequenced()
        lag = (now - oldest).total_seconds() if oldest else 0.0
        yield family(
            "outbox_lag_seconds", "gauge", "Age of the oldest unnumbered entry.", [((), lag)]
        )
        told = "Whether declarations are taken in."
        yield family("intake_open", "gauge", told, [((), float(taking_in))])

    def _endings(self, tenant: str, now: datetime, links: Iterable[Link]) -> str:
        parties = register.endings_of_trust(self._ports.store.trust(tenant), now)
        ends = [
            *(("owner", one.name[:16], one.at) for one in parties if one.kind == "certificate"),
            *(("link", one.name, one.at) for one in register.endings_of_links(links)),
        ]
        samples = [(((what, name),), (at - now).total_seconds()) for what, name, at in ends]
        about = "Until a certificate ends: a party's, by its fingerprint, or a link's."
        return family("certificate_expiry_seconds", "gauge", about, samples)


def _of_link(link: Link) -> Labels:
    return (("link", link.id),)


def _at(link: str, office: str) -> Labels:
    return (("link", link), ("office", office))


def _of(tenant: str, counted: Counter[tuple[str, Labels]]) -> Samples:
    return [(labels, many) for (owner, labels), many in sorted(counted.items()) if owner == tenant]


def family(name: str, kind: str, about: str, samples: Samples) -> str:
    """Return one metric with its samples; without any it is still announced."""
    return _head(name, kind, about) + "".join(_line(name, *one) for one in samples)


def _head(name: str, kind: str, about: str) -> str:
    return f"# HELP fullroute_{name} {about}\n# TYPE fullroute_{name} {kind}\n"


def _line(name: str, labels: Sequence[tuple[str, str]], value: float) -> str:
    told = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
    return (
        f"fullroute_{name}{{{told}}} {value:.17g}\n" if told else f"fullroute_{name} {value:.17g}\n"
    )


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {}}, "description": "Prometheus text format 0.0.4."},
        **problems.documented(problems.NOT_AUTHENTIC, problems.NOT_ALLOWED),
    },
)
def show_metrics(request: Request, caller: Operator) -> Response:
    """Hand out the operator's tenant's figures."""
    require_accept(request, "text/plain")
    measures: Measures = request.app.state.measures
    sluice: Sluice = request.app.state.sluice
    text = measures.read(caller.tenant, taking_in=sluice.closed() is None)
    return Response(text, headers={"Content-Type": MEDIA_TYPE})
