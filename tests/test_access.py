"""API keys and scopes: who gets in, and what the others are told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.access import Doorkeeper, Scope, authenticate
from gateway.adapters.celery_wakeup import NoWakeup
from gateway.adapters.keystore import FileKeys, create_seal_key
from gateway.adapters.sql.migration import migrate
from gateway.adapters.sql.store import SqlStore
from gateway.adapters.system import SystemIds
from gateway.domain.access_key import SECRET_ALPHABET, SECRET_LENGTH, AccessKey
from gateway.domain.errors import GatewayError, NotAllowed, NotAuthentic
from gateway.domain.finding import Refusal
from gateway.domain.records import Change, Insert, Principal, Tenant, Update
from gateway.ports import Clock, Ports

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class HandSetClock:
    """A clock that stands until it is set: a driver of the Clock port for tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return what it was set to."""
        return self.at


class NoPacks:
    """Access asks for no pack."""


@pytest.fixture
def ports(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/test.db"
    migrate(url)
    store = SqlStore(url)
    create_seal_key(tmp_path / "keys")
    yield Ports(
        store=store,
        wakeup=NoWakeup(),
        couriers={},
        keys=FileKeys(tmp_path / "keys"),
        packs=NoPacks(),
        clock=HandSetClock(AT),
        ids=SystemIds(),
    )
    store.close()


def _add(ports: Ports, *scopes: str) -> AccessKey:
    key = AccessKey(ports.ids.new("prn"), ports.ids.draw(SECRET_ALPHABET, SECRET_LENGTH))
    principal = Principal(
        id=key.principal, tenant="t", name="n", scopes=scopes, secret_digest=key.digest
    )
    ports.store.commit(Change((Insert(Tenant(id="t", name="t")), Insert(principal))))
    return key


def test_a_key_is_taken_apart_as_it_was_put_together() -> None:
    key = AccessKey("prn_0197_x", "a" * 40)
    assert AccessKey.parse(str(key)) == key
    assert "aaaa" not in repr(key)
    assert key.opens(key.digest)


@pytest.mark.parametrize(
    "text", ["", "frk_", "frk_x_", "frk_x_short", "frk__" + "a" * 40, "frk_x_" + "a" * 41 + "!"]
)
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        AccessKey.parse(text)
    assert refused.value.findings[0].value == ""


def test_a_known_key_with_the_scope_gets_in(ports: Ports) -> None:
    key = _add(ports, "declare", "read")
    assert authenticate(ports, f"Bearer {key}", Scope.DECLARE).id == key.principal
    assert authenticate(ports, f"bearer {key}", Scope.READ).id == key.principal


CASES: dict[str, tuple[str | None, type[GatewayError], str]] = {
    "no header": (None, NotAuthentic, "access.missing-key"),
    "an empty header": ("", NotAuthentic, "access.missing-key"),
    "another scheme": ("Basic {key}", NotAuthentic, "access.missing-key"),
    "no key at all": ("Bearer hello", NotAuthentic, "access.wrong-key"),
    "another secret": ("Bearer {id}_" + "0" * 40, NotAuthentic, "access.wrong-key"),
    "an unknown id": ("Bearer frk_prn_unknown_{secret}", NotAuthentic, "access.wrong-key"),
    "no scope": ("Bearer {key}", NotAllowed, "access.scope-missing"),
}


@pytest.mark.parametrize("name", CASES)
def test_who_does_not_get_in(ports: Ports, name: str) -> None:
    header, error, code = CASES[name]
    key = _add(ports, "read")
    if header is not None:
        header = header.format(key=key, id=f"frk_{key.principal}", secret=key.secret)
    with pytest.raises(error) as refused:
        authenticate(ports, header, Scope.OPERATE)
    assert refused.value.findings[0].code == code
    assert key.secret not in repr(refused.value.findings)


def test_a_revoked_key_does_not_get_in(ports: Ports) -> None:
    key = _add(ports, "read")
    update = Update(table="principals", key=key.principal, values={"revoked_at": AT})
    ports.store.commit(Change((update,)))
    with pytest.raises(NotAuthentic):
        authenticate(ports, f"Bearer {key}", Scope.READ)


def test_the_doorkeeper_forgets_soon(ports: Ports) -> None:
    key = _add(ports, "read")
    clock: Clock = ports.clock
    door = Doorkeeper(ports, memory_seconds=2)
    header = f"Bearer {key}"
    assert door.remembered(header) is None
    assert door.admit(header).id == key.principal
    assert door.remembered(header) is not None
    later = replace(ports, clock=HandSetClock(AT + timedelta(seconds=3)))
    assert isinstance(clock, HandSetClock)
    clock.at = later.clock.now()
    assert door.remembered(header) is None
