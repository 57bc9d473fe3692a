"""Trust by command: what is trusted, the next seal key, an API key revoked."""

import pytest

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


def test_the_next_seal_key_seals_and_the_first_stays_published(data):
    first = fullroute("keys", "list", "--data", data, "--json").json["seal"]
    made = fullroute("keys", "rotate", "--data", data, "--json").json["seal"]
    seals = fullroute("keys", "list", "--data", data, "--json").json["seal"]
    assert [one["id"] for one in seals] == [made, *(one["id"] for one in first)]
