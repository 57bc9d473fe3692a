"""Trust by command: what is trusted, the next seal key, an API key revoked."""

from hashlib import sha256

import pytest

from gateway.audit.entry import read_entry
from gateway.bootstrap import open_gateway
from gateway.settings import load_settings
from tests.cli.commands import fullroute

pytestmark = pytest.mark.full  # a program for every command


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    data = tmp_path_factory.mktemp("access") / "data"
    assert fullroute("init", "--data", data).code == 0
    return data


def listed(data):
    return fullroute("access", "list", "--data", data, "--json").json["data"]


def test_the_last_operator_is_kept_and_nobody_knows_strangers(data):
    (operator,) = (one["name"] for one in listed(data))
    kept = fullroute("access", "revoke", operator, "--reason", "gone", "--data", data)
    assert (kept.code, "the last API key that may operate" in kept.err) == (6, True)
    unknown = fullroute("access", "revoke", "prn_x", "--reason", "gone", "--data", data)
    assert unknown.code == 4


def test_a_key_is_revoked_and_says_so(data):
    made = fullroute("lane", "officer", "Nong Thi Mai", "--data", data, "--json")
    name = made.json["principal"]
    ended = fullroute("access", "revoke", name, "--reason", "left", "--data", data, "--json")
    assert (ended.code, ended.json["counts"]) == (0, False)
    assert [one["counts"] for one in listed(data) if one["name"] == name] == [False]
    assert "ended 20" in fullroute("access", "list", "--data", data).out
    again = fullroute("access", "revoke", name, "--reason", "left", "--data", data)
    assert again.code == 6


RENEWED = {
    "the last operator": lambda one: one["owner"].startswith("operator"),
    "one revoked before": lambda one: not one["counts"],
}


@pytest.mark.parametrize("which", RENEWED.values(), ids=RENEWED)
def test_a_lost_key_is_replaced_and_printed_once(data, which):
    old = next(one for one in listed(data) if which(one) and one["kind"] == "api-key")
    renew = ("access", "renew", old["name"], "--reason", "lost", "--data", data)
    said = fullroute(*renew)
    assert (said.code, said.out.count("\n"), said.out[:8]) == (0, 1, "frk_prn_"), said.both
    assert said.out.strip() not in said.err
    told = fullroute(*renew, "--json").json
    assert told["renewed"] == old["name"]
    assert told["api_key"].startswith(f"frk_{told['principal']}_")
    after = {one["name"]: one for one in listed(data)}
    assert (after[old["name"]]["counts"], after[told["principal"]]["counts"]) == (False, True)
    assert after[told["principal"]]["about"] == old["about"]
    assert fullroute(*renew[:3], "--reason", " ", "--data", data).code == 3


def test_the_next_seal_key_seals_and_the_first_stays_published(data):
    first = fullroute("keys", "list", "--data", data, "--json").json["seal"]
    made = fullroute("keys", "rotate", "--reason", "yearly", "--data", data, "--json").json["seal"]
    seals = fullroute("keys", "list", "--data", data, "--json").json["seal"]
    assert [one["id"] for one in seals] == [made, *(one["id"] for one in first)]


def setup_facts(data) -> list[dict]:
    """Return what the log tells of acts on keys, without the program under test."""
    with open_gateway(load_settings(data=data), wakeup=False) as gateway:
        gateway.ports.store.sequence("a worker")
        entries = [read_entry(one.entry) for one in gateway.ports.store.log()]
        return [dict(one.facts) for one in entries if one.kind == "setup" and "act" in one.facts]


@pytest.fixture
def fresh(tmp_path):
    assert fullroute("init", "--data", tmp_path / "data").code == 0
    return tmp_path / "data"


def test_the_log_tells_of_every_key_made_taken_over_or_rotated(fresh, tmp_path):
    (operator,) = (one["name"] for one in listed(fresh) if one["kind"] == "api-key")
    made = fullroute("keys", "create", "broker", "--data", fresh, "--json").json
    pair = [tmp_path / name for name in ("own.key.pem", "own.cert.pem")]
    for path, kind in zip(pair, ("key", "cert"), strict=True):
        path.write_bytes((fresh / "keys" / f"broker.{kind}.pem").read_bytes())
    taken = fullroute(
        *("keys", "import", "own", "--key", pair[0], "--certificate", pair[1]),
        *("--reason", "contract 17", "--data", fresh, "--json"),
    ).json
    rotate = ("keys", "rotate", "--data", fresh, "--json", "--reason")
    assert fullroute(*rotate, " ").json["errors"][0]["code"] == "act.no-reason"
    assert fullroute(*rotate[:-1]).code == 2
    assert len(list((fresh / "keys").glob("seal-*.pem"))) == 1
    seal = fullroute(*rotate, "yearly").json["seal"]
    with open_gateway(load_settings(data=fresh), wakeup=False) as gateway:
        public = gateway.ports.keys.seal_keys()[seal]
    by = {"by": operator}
    assert setup_facts(fresh) == [
        {"act": "create-key", "key": "broker", "certificate": made["certificate"], **by},
        {
            "act": "import-key",
            "key": "own",
            "certificate": taken["certificate"],
            **by,
            "reason": "contract 17",
        },
        {
            "act": "rotate-seal",
            "seal": seal,
            "public_key": sha256(public).hexdigest(),
            **by,
            "reason": "yearly",
        },
    ]


def test_the_log_tells_of_another_password_and_never_the_password(fresh, tmp_path):
    (tmp_path / "old.txt").write_text("geheim42\n")
    (tmp_path / "new.txt").write_text("anders42\n")
    said = fullroute(
        *("link", "add", "hai-duong", "--office", "VN0003PJ", "--kind", "request-response"),
        *("--endpoint", "http://127.0.0.1:9", "--user", "FULLRT01"),
        *("--password-file", tmp_path / "old.txt", "--receipt", "transport", "--data", fresh),
    )
    assert said.code == 0, said.both
    change = ("link", "password", "hai-duong", "--password-file", tmp_path / "new.txt")
    assert fullroute(*change, "--reason", "", "--data", fresh).code == 3
    assert (fresh / "keys" / "hai-duong.password").read_bytes() == b"geheim42"
    assert fullroute(*change, "--reason", "yearly", "--data", fresh).code == 0
    (told,) = setup_facts(fresh)
    assert (told["act"], told["link"], told["reason"]) == ("change-password", "hai-duong", "yearly")
    assert b"anders42" not in (fresh / "fullroute.db").read_bytes()
