"""Connecting systems of every kind by command, with what each kind needs and nothing else."""

from hashlib import sha256

import pytest

from tests.cli.commands import fullroute

pytestmark = pytest.mark.full  # a program for every command: minutes in all


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("links")
    assert fullroute("init", "--data", folder / "data").code == 0
    (folder / "password.txt").write_text("geheim42\n", "utf-8")
    (folder / "other.txt").write_text("anders42\n", "utf-8")
    (folder / "share").mkdir()
    return folder / "data"


def link(data, *arguments):
    return fullroute("link", *arguments, "--data", data)


OTHER = ("--password-file", "other.txt", "--reason", "the yearly change")
LOGIN = ("--user", "FULLRT01", "--password-file", "password.txt")


@pytest.fixture(autouse=True)
def beside(data, monkeypatch):
    monkeypatch.chdir(data.parent)


def test_folders_and_requests_are_connected(data):
    share = (data.parent / "share").as_uri()
    said = link(
        data, "add", "gate", "--office", "CN00X001", "--kind", "folder", "--endpoint", share
    )
    assert (said.code, said.out) == (0, ""), said.both
    said = link(
        data, "add", "hai-duong", "--office", "VN0003PJ", "--kind", "request-response",
        "--endpoint", "http://127.0.0.1:9", *LOGIN, "--receipt", "transport",
    )  # fmt: skip
    assert (said.code, said.out) == (0, ""), said.both
    told = {one["id"]: one for one in link(data, "list", "--json").json["data"]}
    assert [(one["kind"], one["receipt"], one["user"]) for one in told.values()] == [
        ("folder", "native", ""),
        ("request-response", "transport", "FULLRT01"),
    ]
    assert (data / "keys" / "hai-duong.password").read_bytes() == b"geheim42"
    changed = link(data, "password", "hai-duong", *OTHER, "--json")
    assert (changed.code, changed.json) == (0, {"link": "hai-duong"}), changed.both
    assert (data / "keys" / "hai-duong.password").read_bytes() == b"anders42"
    for path in data.rglob("*"):
        if path.is_file() and path.suffix != ".password":
            assert b"geheim42" not in path.read_bytes()
            assert b"anders42" not in path.read_bytes()


REFUSED = {
    "no such kind": (("--kind", "pigeon"), "link.unknown-kind"),
    "folder without one": (("--kind", "folder"), "link.endpoint-unfit"),
    "folder by HTTP": (
        ("--kind", "folder", "--endpoint", "http://127.0.0.1:9"),
        "link.endpoint-unfit",
    ),
    "push into a folder": (("--endpoint", "file:///tmp"), "link.endpoint-malformed"),
    "no login": (
        ("--kind", "request-response", "--endpoint", "https://h"),
        "link.no-login",
    ),
    "password in the address": (
        ("--kind", "request-response", "--endpoint", "https://u:geheim@h", *LOGIN),
        "link.endpoint-unfit",
    ),
    "password in clear over a network": (
        ("--kind", "request-response", "--endpoint", "http://customs.example", *LOGIN),
        "link.password-in-clear",
    ),
    "a port beyond all": (("--endpoint", "http://h:99999"), "link.endpoint-malformed"),
    "port nought": (("--endpoint", "http://h:0"), "link.endpoint-malformed"),
    "a word for a port": (("--endpoint", "http://h:http"), "link.endpoint-malformed"),
    "no host": (("--endpoint", "http:///path"), "link.endpoint-malformed"),
    "a port alone": (("--endpoint", "http://:9001"), "link.endpoint-malformed"),
    "a space in the host": (("--endpoint", "http://a b/"), "link.endpoint-malformed"),
    "an empty label": (("--endpoint", "http://a..b/"), "link.endpoint-malformed"),
    "half an IPv6 address": (("--endpoint", "http://[::1"), "link.endpoint-malformed"),
    "no host to log in at": (
        ("--kind", "request-response", "--endpoint", "https://", *LOGIN),
        "link.endpoint-malformed",
    ),
    "no such receipt": (
        ("--kind", "folder", "--endpoint", "file:///tmp", "--receipt", "gold"),
        "link.unknown-receipt",
    ),
}


@pytest.mark.parametrize(("options", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_does_not_fit_is_refused(data, options, code):
    said = link(data, "add", "x", "--office", "VN0015BB", *options, "--json")
    assert said.code == 3, said.both
    assert code in said.both
    assert "geheim" not in said.both


def test_an_id_no_address_can_hold(data):
    folder = ("--kind", "folder", "--endpoint", "file:///tmp", "--json")
    said = link(data, "add", "a b/c", "--office", "VN0015BB", *folder)
    assert (said.code, said.json["errors"][0]["code"]) == (3, "link.id-malformed")


MOVING = ("--reason", "their notice 12", "--json")


def test_a_system_that_moved_is_found_at_its_new_address(data):
    share = (data.parent / "share").as_uri()
    assert link(data, "add", "mover", "--office", "CN007208", "--kind", "folder",
                "--endpoint", f"{share}/old").code == 0  # fmt: skip
    moved = link(data, "move", "mover", "--endpoint", f"{share}/new/", *MOVING)
    assert (moved.code, moved.json) == (0, {"link": "mover", "endpoint": f"{share}/new"})
    told = {one["id"]: one for one in link(data, "list", "--json").json["data"]}
    assert told["mover"]["endpoint"] == f"{share}/new"
    unfit = link(data, "move", "mover", "--endpoint", "https://office.example", *MOVING)
    assert unfit.json["errors"][0]["code"] == "link.endpoint-unfit"
    assert link(data, "move", "nobody", "--endpoint", f"{share}/new", *MOVING).code == 4
    silent = link(data, "move", "mover", "--endpoint", f"{share}/x", "--reason", " ", "--json")
    assert silent.json["errors"][0]["code"] == "act.no-reason"


def test_a_password_does_not_move_into_the_clear(data):
    said = link(data, "move", "hai-duong", "--endpoint", "http://office.example", *MOVING)
    assert said.json["errors"][0]["code"] == "link.password-in-clear"


def test_a_password_for_nobody(data):
    said = link(data, "password", "nobody", *OTHER)
    assert said.code == 4
    assert list((data / "keys").glob("nobody*")) == []


CHANGING = ("--reason", "their notice 14", "--json")


def test_an_office_that_changed_its_key_is_believed_by_the_new_one(data):
    for name, raw in (("one", b"1" * 32), ("two", b"2" * 32), ("none", b"no key")):
        (data.parent / name).write_bytes(raw)
    assert (
        link(data, "add", "sealer", "--office", "CN008001", "--kind", "feed", "--key", "one").code
        == 0
    )
    digest = sha256(b"2" * 32).hexdigest()
    for changed in (True, False):
        said = link(data, "key", "sealer", "--key", "two", *CHANGING)
        assert (said.code, said.json) == (0, {"link": "sealer", "key": digest, "changed": changed})
    said = link(data, "key", "sealer", "--key", "two", "--reason", "again")
    assert digest in said.both
    assert said.code == 0
    for name, key, reason, code in (
        ("sealer", "none", "why", "link.key-unreadable"),
        ("sealer", "one", " ", "act.no-reason"),
        ("nobody", "one", "why", "link.unknown"),
        ("gate", "one", "why", "certificate.unreadable"),
    ):
        refused = link(data, "key", name, "--key", key, "--reason", reason, "--json")
        assert refused.json["errors"][0]["code"] == code, refused.both
