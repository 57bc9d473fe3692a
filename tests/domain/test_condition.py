"""What is wrong with a deployment, judged by what was seen of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.domain.condition import (
    BrokerCondition,
    Check,
    DatabaseCondition,
    Timeouts,
    judge_broker,
    judge_database,
    judge_disk,
    judge_timeouts,
)
from gateway.domain.finding import Finding, Severity

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SQLITE = DatabaseCondition(product="SQLite", version=(3, 45, 1), clock=None)
POSTGRESQL = DatabaseCondition(product="PostgreSQL", version=(16, 2), clock=NOON)
BROKER = BrokerCondition(
    version=(8, 0, 1), clock=NOON, append_only=True, write_failed=False, eviction="noeviction"
)
SKEW = timedelta(seconds=2.1)


@pytest.mark.parametrize(
    ("seen", "codes"),
    [
        pytest.param(SQLITE, [], id="embedded"),
        pytest.param(POSTGRESQL, [], id="scaled out"),
        pytest.param(replace(POSTGRESQL, version=(13, 9)), ["too-old"], id="an old server"),
        pytest.param(replace(SQLITE, version=(3, 34)), ["too-old"], id="an old library"),
        pytest.param(replace(POSTGRESQL, clock=NOON + SKEW), ["clock-skew"], id="ahead"),
        pytest.param(replace(POSTGRESQL, clock=NOON - SKEW), ["clock-skew"], id="behind"),
        pytest.param(
            replace(POSTGRESQL, unsafe=("fsync = off",)), ["commits-not-durable"], id="no fsync"
        ),
    ],
)
def test_databases(seen, codes):
    assert [one.code for one in judge_database(seen, NOON)] == [f"doctor.{one}" for one in codes]


def test_a_damaged_file_is_told_first():
    found = list(judge_database(replace(SQLITE, version=(3, 34), damage="page 7"), NOON))
    assert [one.code for one in found] == ["database.damaged", "doctor.too-old"]
    assert dict(found[0].args) == {"reason": "page 7"}


@pytest.mark.parametrize(
    ("seen", "codes"),
    [
        pytest.param(BROKER, [], id="well"),
        pytest.param(replace(BROKER, append_only=False), ["broker-not-persistent"], id="no file"),
        pytest.param(replace(BROKER, write_failed=True), ["broker-cannot-write"], id="full"),
        pytest.param(replace(BROKER, eviction="allkeys-lru"), ["broker-evicts"], id="evicts"),
        pytest.param(replace(BROKER, version=(5, 9)), ["too-old"], id="old"),
        pytest.param(replace(BROKER, clock=NOON - SKEW), ["clock-skew"], id="another time"),
    ],
)
def test_brokers(seen, codes):
    assert [one.code for one in judge_broker(seen, NOON)] == [f"doctor.{one}" for one in codes]


@pytest.mark.parametrize(
    ("free", "codes"), [(1000, []), (399, ["doctor.disk-low"]), (99, ["doctor.disk-full"])]
)
def test_disks(free, codes):
    assert [one.code for one in judge_disk(free, 100, "data")] == codes


@pytest.mark.parametrize(
    ("connect", "total", "keys"),
    [
        (2, 15, []),
        (16, 15, ["delivery.connect_seconds"]),
        (2, 61, ["delivery.total_seconds"]),
    ],
)
def test_timeouts(connect, total, keys):
    found = judge_timeouts(Timeouts(connect=connect, total=total, visibility=60))
    assert [one.value for one in found] == keys


def test_a_check_is_as_bad_as_its_worst():
    remark = Finding(code="doctor.disk-low", severity=Severity.WARNING)
    fault = Finding(code="doctor.disk-full")
    assert Check(name="disk").worst is None
    assert Check(name="disk", findings=(remark, fault)).worst is Severity.ERROR
