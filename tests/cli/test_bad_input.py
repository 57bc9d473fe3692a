"""Bad input at the command line: one clear finding, the documented exit code, no traceback."""

import http.server
import json
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.bootstrap import read_signer
from gateway.cli.client import Client
from gateway.domain.errors import Misconfigured
from gateway.markup import signature
from tests.cli.commands import SHIPPED, environment, fullroute

DECLARATION = SHIPPED.read_bytes()
BYTES_MAX = 10_000_000


def _changed(old: str, new: str) -> bytes:
    return DECLARATION.replace(old.encode(), new.encode())


DOCUMENTS = {
    "no XML at all": (b"LRN;goods\n1;2\n", "xml.malformed"),
    "cut off": (DECLARATION[:5000], "xml.malformed"),
    "empty": (b"", "xml.empty"),
    "another encoding than it says": (DECLARATION.decode().encode("gb18030"), "xml.not-utf8"),
    "UTF-16": (DECLARATION.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "xml.not-utf8"),
    "DOCTYPE": (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "xml.doctype"),
    "oversize": (b"<x>" + b"a" * BYTES_MAX + b"</x>", "xml.too-large"),
    "unknown office": (_changed("VN0003PJ", "VN0009ZZ"), "office.unknown"),
    "office of a country without pack": (_changed("VN0003PJ", "LA000001"), "office.unknown"),
    "a format nobody knows": (b'<Order xmlns="urn:somebody:else"/>', "intake.unknown-format"),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_validate_refuses(tmp_path, name):
    raw, code = DOCUMENTS[name]
    (tmp_path / "file.xml").write_bytes(raw)
    said = fullroute("validate", tmp_path / "file.xml", "--json")
    assert said.code == 3
    assert not said.json["valid"]
    first = next(one for one in said.json["findings"] if one["code"] == code)
    assert first["message"] != code
    assert first["fix"]


@pytest.mark.parametrize(("lang", "word"), [("zh", "海关"), ("vi", "chi cục"), ("en", "office")])
def test_findings_speak_the_language_asked_for(tmp_path, lang, word):
    (tmp_path / "file.xml").write_bytes(DOCUMENTS["unknown office"][0])
    said = fullroute("validate", tmp_path / "file.xml", "--lang", lang)
    assert said.code == 3
    assert "office.unknown" in said.out
    assert word in said.out


# ------------------------------------------------------------------ submission


def _unsigned(desk):
    return ["submit", desk.declaration()]


def _tampered(desk):
    signed = desk.parties / "tampered.xml"
    signed.write_bytes(_signed(desk).replace(b"186400.00", b"186400.01"))
    return ["submit", signed]


def _signed(desk) -> bytes:
    pair = desk.parties / "exporter.key.pem", desk.parties / "exporter.cert.pem"
    signer = read_signer(*(path.read_bytes() for path in pair))
    return signature.sign(desk.declaration().read_bytes(), signer, datetime.now(UTC))


def _stranger(desk):
    return ["submit", desk.declaration(), *desk.pair("stranger")]


def _expired(desk):
    desk.make_key("expired", at=datetime.now(UTC) - timedelta(days=9), days=1)
    certificate = desk.parties / "expired.cert.pem"
    party = "USCC:91500000MA5U7K2X1Q"
    said = desk.run("exporter", "add", "late", "--party", party, "--certificate", certificate)
    assert said.code == 0, said.err
    return ["submit", desk.declaration(), *desk.pair("expired")]


def _duplicate(desk):
    path = desk.declaration()
    assert desk.run("submit", path, *desk.pair("exporter")).code == 0
    path.write_bytes(path.read_bytes().replace(b"<Name>Li Wei</Name>", b"<Name>Li Na</Name>"))
    return ["submit", path, *desk.pair("exporter")]


def _key_reused(desk):
    done = ["--idempotency-key", "reused", *desk.pair("exporter")]
    assert desk.run("submit", desk.declaration(), *done).code == 0
    return ["submit", desk.declaration(), *done]


def _against_a_pack(desk):
    return ["submit", desk.declaration(桂A8D217="桂A8D2171234567"), *desk.pair("exporter")]


SUBMISSIONS = {
    "no signature": (_unsigned, 3, "signature."),
    "changed after signing": (_tampered, 3, "signature."),
    "somebody else's key": (_stranger, 3, "signature."),
    "expired key": (_expired, 3, "signature."),
    "against a rule of a pack": (_against_a_pack, 3, "cn.plate-shape"),
    "duplicate reference": (_duplicate, 6, "declaration.duplicate-reference"),
    "idempotency key used for another": (_key_reused, 6, "idempotency.other-body"),
}


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_submit_refuses_and_stores_no_movement(desk, name):
    prepare, code, finding = SUBMISSIONS[name]
    arguments = prepare(desk)
    before = desk.movements()
    said = desk.run(*arguments, "--json")
    assert said.code == code, said.both
    assert any(one["code"].startswith(finding) for one in said.json["errors"]), said.out
    assert all(one["message"] != one["code"] for one in said.json["errors"])
    assert desk.movements() == before


@pytest.mark.parametrize("lang", ["en", "zh", "vi"])
def test_submit_says_what_validate_says_of_a_packs_rule(desk, lang):
    path = desk.declaration(桂A8D217="桂A8D2171234567")
    checked = fullroute("validate", path, "--lang", lang, "--json").json["findings"]
    words = next(one["message"] for one in checked if one["code"] == "cn.plate-shape")
    said = desk.run("submit", path, *desk.pair("exporter"), "--lang", lang)
    assert said.code == 3
    assert words in said.err
    assert "cn.plate-shape" not in words


# ------------------------------------------------------------------ everything else


@pytest.fixture
def copy(desk, tmp_path):
    """A copy of the data folder that a test may spoil."""
    folder = tmp_path / "data"
    shutil.copytree(desk.folder, folder, ignore=shutil.ignore_patterns("broker"))  # it may run
    return folder


def test_a_folder_that_is_no_data_folder(tmp_path):
    said = fullroute("movement", "list", "--data", tmp_path / "nowhere")
    assert (said.code, said.out) == (2, "")
    assert "settings.no-data-folder" in said.err


def test_init_twice(desk):
    said = desk.run("init")
    assert said.code == 6
    assert "setup.exists" in said.err


SETTINGS = {
    "unknown key": ("[http]\nprot = 1\n", "settings.unknown-key"),
    "wrong type": ('[http]\nport = "a"\n', "settings.wrong-type"),
    "out of range": ("[http]\nport = 99999\n", "settings.out-of-range"),
    "no TOML": ("[http\n", "settings.unreadable"),
    "unknown switch": ("[packs.cn]\nmanifest-frist = false\n", "pack.unknown-switch"),
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == "unknown key" else pytest.mark.full)
        for name in SETTINGS
    ],
)
def test_settings_that_cannot_be(copy, name):
    text, code = SETTINGS[name]
    (copy / "fullroute.toml").write_text(text, "utf-8")
    said = fullroute("config", "check", "--data", copy, "--json")
    assert said.code == 2, said.both
    assert code in {one["code"] for one in said.json["errors"]}


def test_a_database_of_another_version(copy):
    with sqlite3.connect(copy / "fullroute.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    said = fullroute("movement", "list", "--data", copy, "--json")
    assert said.code == 2
    assert [one["code"] for one in said.json["errors"]] == ["database.other-version"]


def test_no_seal_key(copy):
    for path in (copy / "keys").glob("seal-*"):
        path.unlink()
    said = fullroute("keys", "list", "--data", copy)
    assert said.code == 2
    assert "key.no-seal" in said.err


def test_a_busy_port(copy):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = fullroute("serve", "--port", port, "--data", copy)
    assert said.code == 2
    assert "http.port-busy" in said.err


def test_a_gateway_that_is_not_there():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    said = fullroute("movement", "list", "--url", f"http://127.0.0.1:{port}", FULLROUTE_API_KEY="x")
    assert said.code == 8
    assert "cli.unreachable" in said.err


URLS = {
    "no scheme": "x",
    "another scheme": "ftp://h",
    "no host": "http://",
    "a port too high": "http://127.0.0.1:99999",
    "a port that is no number": "http://127.0.0.1:abc",
    "half a bracket": "http://[::1",
    "an empty label": "http://a..b",
    "a space in the host": "http://a b",
    "a space in the path": "http://h/x y",
    "a line end within": "http://h/x\ny",
    "bytes that are no UTF-8": "http://h\udcff",
    "a path beyond ASCII": "http://h/ü",
}


@pytest.mark.parametrize("name", URLS)
def test_what_is_no_url_is_told_before_anything_is_sent(name):
    with pytest.raises(Misconfigured) as refused:
        Client(URLS[name], "x")
    assert [one.code for one in refused.value.findings] == ["cli.url-malformed"]


def test_a_url_that_is_no_text_is_told_in_the_document():
    url = URLS["bytes that are no UTF-8"]
    said = fullroute("movement", "list", "--url", url, "--json", FULLROUTE_API_KEY="x")
    assert (said.code, said.err) == (2, ""), said.both
    (one,) = said.json["errors"]
    assert (one["code"], one["value"]) == ("cli.url-malformed", url)


KEYS = {
    "a line end": ("frk_a.SECRET\n", 8, "cli.unreachable"),
    "a line end of Windows and a space": (" frk_a.SECRET\r\n", 8, "cli.unreachable"),
    "a line end within": ("frk_a\nSECRET", 2, "cli.key-malformed"),
    "a tab within": ("frk_a\tSECRET", 2, "cli.key-malformed"),
    "a letter beyond ASCII": ("frk_é.SECRET", 2, "cli.key-malformed"),
    "bytes that are no UTF-8": ("frk_\udcff.SECRET", 2, "cli.key-malformed"),
    "nothing but white space": (" \r\n", 2, "cli.key-missing"),
}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_is_trimmed_and_never_shown(name):
    key, code, finding = KEYS[name]
    url = "http://127.0.0.1:9"
    said = fullroute("movement", "list", "--url", url, "--json", FULLROUTE_API_KEY=key)
    assert said.code == code, said.both
    assert [one["code"] for one in said.json["errors"]] == [finding]
    assert "SECRET" not in said.both


@pytest.mark.parametrize("key", ["a\nb", "报关", "\udcff"], ids=ascii)
def test_an_idempotency_key_that_no_header_can_hold(key):
    with pytest.raises(Misconfigured) as refused:
        Client("http://127.0.0.1:9", "x").post("/v1/x", b"", Idempotency_Key=key)
    assert [one.code for one in refused.value.findings] == ["cli.usage"]


class _Nowhere(http.server.BaseHTTPRequestHandler):
    """Answers everything with 404 and the path that was asked for."""

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        found = json.dumps({"errors": [{"code": "movement.unknown", "message": self.path}]})
        self.send_response(404)
        self.send_header("Content-Length", str(len(found)))
        self.end_headers()
        self.wfile.write(found.encode())

    def do_POST(self):
        self.do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def nowhere():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Nowhere) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


NAMED = "X Y/?#%é\n\udcff"
NAMED_QUOTED = "X%20Y%2F%3F%23%25%C3%A9%0A%FF"
PATHS = {
    "movement": (["movement", "show", NAMED], "movements/{}"),
    "timeline": (["movement", "timeline", NAMED], "movements/{}/timeline?after=-1"),
    "report": (["movement", "report", NAMED, "departed", "X"], "movements/{}/reports"),
    "copy": (
        ["movement", "copy", NAMED, "--lrn", "L\udcff"],
        "movements/{}/copy?lrn=L%FF",
    ),
    "amendment": (
        ["movement", "amend", NAMED, SHIPPED, "--text", "b c\udcff"],
        "movements/{}/amendments?reason=&text=b+c%FF",
    ),
    "reading": (["movement", "position", NAMED, "reefer-7"], "movements/{}/positions"),
    "readings": (["movement", "positions", NAMED], "movements/{}/positions?limit=50"),
    "trip": (["trip", "show", NAMED], "trips/{}"),
    "group": (["group", "show", NAMED], "groups/{}"),
    "closure": (["closure", "show", NAMED], "closures/{}"),
    "link": (["link", "pause", NAMED, "--reason", "x"], "links/{}/acts"),
    "plate": (["movement", "list", "--plate", NAMED], "movements?plate={}&limit=50"),
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name == "movement" else pytest.mark.full) for name in PATHS],
)
def test_whatever_is_named_stays_one_part_of_the_path(nowhere, name):
    arguments, path = PATHS[name]
    said = fullroute(*arguments, "--url", nowhere, "--json", FULLROUTE_API_KEY="x")
    assert said.code == 4, said.both
    assert said.json["errors"][0]["message"] == "/v1/" + path.format(NAMED_QUOTED)


REASONS = {
    "none": " ",
    "a novel": "x" * 501,
    "bytes that are no UTF-8": "\udcff",
    "some of it no UTF-8": "maintenance \udcff",
}


@pytest.mark.parametrize("name", REASONS)
def test_a_reason_is_some_words(desk, name):
    said = desk.run("link", "pause", "zz", "--reason", REASONS[name], "--json")
    assert (said.code, said.err) == (3, ""), said.both
    assert [one["code"] for one in said.json["errors"]] == ["act.no-reason"]


USAGE = {
    "no such command": ["nix", "--json"],
    "no such command below": ["movement", "nix", "--json"],
    "no such option of the program": ["--json", "movement", "list"],
    "no such option": ["movement", "list", "--nix", "--json"],
    "a missing argument": ["validate", "--json"],
    "a word too many": ["--json", "office", "list", "x"],
    "out of range": ["movement", "list", "--limit", "0", "--json"],
    "a language we do not speak": ["office", "list", "--lang", "fr", "--json"],
    "a place behind every log": ["movement", "timeline", "X", "--after", str(2**63), "--json"],
    "a place before every log": ["movement", "timeline", "X", "--after", "-2", "--json"],
    "a copy without a number": ["movement", "copy", "X", "--lrn", " ", "--json"],
    "a time that is none": ["movement", "report", "X", "departed", "Y", "--at", "n", "--json"],
    "a time before all time": [
        *("closure", "add", "Y", "storm", "--from", "0001-01-01T00:00:00+14:00", "--json"),
    ],
    "a time after all time": [
        *("closure", "add", "Y", "storm", "--until", "9999-12-31T23:59:59-14:00", "--json"),
    ],
    "bytes that are no UTF-8": ["\udcff", "--json"],
}


@pytest.mark.parametrize("name", USAGE)
def test_usage_errors_are_one_document_too(tmp_path, name):
    said = fullroute(*USAGE[name], cwd=tmp_path)
    assert (said.code, said.err) == (2, ""), said.both
    assert said.json["exit"] == 2
    (one,) = said.json["errors"]
    assert one["code"] == "cli.usage"
    assert "--help" in one["fix"]


def test_json_as_an_argument_is_no_wish_for_json():
    said = fullroute("movement", "list", "--", "--json")
    assert (said.code, said.out) == (2, "")
    assert "unexpected extra argument" in said.err


NO_TEXT = {
    "pause": ["link", "pause", "z\udcff", "--reason", "line cut"],
    "show": ["movement", "show", "z\udcff"],
    "report": ["movement", "report", "z\udcff", "departed", "CN008001"],
}


@pytest.mark.parametrize("name", NO_TEXT)
def test_a_word_that_is_no_text_is_a_usage_error(desk, name):
    said = desk.run(*NO_TEXT[name], "--json")
    assert (said.code, said.err) == (2, ""), said.both
    (one,) = said.json["errors"]
    assert (one["code"], "is not UTF-8" in one["message"]) == ("cli.usage", True)


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_):
        pass


def test_something_else_that_answers():
    with http.server.HTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        said = fullroute("movement", "list", "--url", url, FULLROUTE_API_KEY="x")
        server.shutdown()
        thread.join()
    assert said.code == 8
    assert "cli.not-a-gateway" in said.err


COMMANDS = {
    "no such command": (["nix"], 2, "No such command"),
    "a missing argument": (["validate"], 2, "Missing argument"),
    "a language we do not speak": (["office", "list", "--lang", "fr"], 2, "en, zh, vi"),
    "a file that is not there": (["validate", "nowhere.xml"], 4, "cli.file-unreadable"),
    "a demo file that is not there": (["demo", "nowhere.xml"], 4, "cli.file-unreadable"),
    "a URL without a key": (["movement", "list", "--url", "http://x"], 2, "cli.key-missing"),
    "a URL that is none": (
        ["movement", "list", "--url", "x", "--api-key", "x"],
        2,
        "cli.url-malformed",
    ),
    "a feed without a gateway": (["feed", "read", "x"], 2, "cli.feed-needs-gateway"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_refuse(tmp_path, name):
    arguments, code, words = COMMANDS[name]
    said = fullroute(*arguments, cwd=tmp_path)
    assert said.code == code, said.both
    assert words in said.err
    assert said.out == ""


UNKNOWN = {
    "movement": (["movement", "show", "26CNNOTHERE0000000"], 4, "movement.unknown"),
    "trip": (["trip", "show", "trp_x"], 4, "trip.unknown"),
    "message": (["sign", "msg_x", "--key-name", "broker"], 4, "message.unknown"),
    "key": (["sign", "--all", "--key-name", "nobody"], 4, "key.unknown"),
    "office of a link": (
        ["link", "add", "x", "--office", "VN0009ZZ", "--endpoint", "http://x", "--key", "{key}"],
        4,
        "office.unknown",
    ),
    "kind of link": (
        ["link", "add", "x", "--office", "VN0015BB", "--kind", "pigeon", "--key", "{key}"],
        3,
        "link.unknown-kind",
    ),
    "signatory": (
        ["mandate", "add", "--party", "A:1", "--as", "king", "--key", "broker", "--basis", "x"],
        3,
        "mandate.unknown-signatory",
    ),
    "role and zone of an office": (
        ["office", "add", "XX1", "--name", "X", "--zone", "Mars/Base", "--role", "moon"],
        3,
        "office.unknown-zone",
    ),
    "certificate": (
        ["exporter", "add", "x", "--party", "A:1", "--certificate", str(SHIPPED)],
        3,
        "certificate.unreadable",
    ),
}


@pytest.mark.full
@pytest.mark.parametrize("name", UNKNOWN)
def test_what_the_folder_does_not_know(desk, name):
    arguments, code, finding = UNKNOWN[name]
    key = str(desk.parties / "CN008001.pem")
    said = desk.run(*(one.format(key=key) for one in arguments))
    assert said.code == code, said.both
    assert finding in said.err


STUMBLING = """
import typer
from gateway.cli.main import CommandTree
app = typer.Typer(cls=CommandTree, add_completion=False)
@app.command()
def stumble(): raise ZeroDivisionError("nobody foresaw this")
@app.command()
def other(): pass
app()
"""


def test_an_unforeseen_error_is_one_finding_with_a_log():
    command = [sys.executable, "-c", STUMBLING, "stumble"]
    done = subprocess.run(command, env=environment(), capture_output=True, check=False)
    said = done.stderr.decode()
    assert done.returncode == 1
    assert "Traceback" not in said
    assert "nobody foresaw this" in said
    log = Path(re.search(r"Look into (\S+)", said)[1])
    assert "Traceback" in log.read_text("utf-8")
    log.unlink()


LEAVING = """
import sys, typer
from gateway.cli import output
from gateway.cli.branch import Branch
from gateway.cli.main import CommandTree
from gateway.cli.options import SpeechOptions
from gateway.domain.errors import Refused
from gateway.domain.finding import Finding
app = Branch(cls=CommandTree, add_completion=False)
@app.command()
def interrupted(*, options: SpeechOptions): raise KeyboardInterrupt
@app.command()
def printed(*, options: SpeechOptions):
    output.print_json({"done": True})
    raise KeyboardInterrupt
@app.command()
def left(*, options: SpeechOptions):
    output.print_json({"done": True})
    raise typer.Exit(3)
@app.command()
def silent(*, options: SpeechOptions): raise typer.Exit(7)
@app.command()
def refused(*, options: SpeechOptions):
    output.print_json({"done": True})
    raise Refused(Finding(code="movement.unknown"))
app()
"""

LEFT = {
    "interrupted": (["interrupted", "--json"], 130, {"exit": 130, "errors": []}),
    "interrupted, as text": (["interrupted"], 130, None),
    "interrupted after its document": (["printed", "--json"], 130, {"done": True}),
    "left with a code after its document": (["left", "--json"], 3, {"done": True}),
    "left with a code and nothing to say": (["silent", "--json"], 7, None),
    "refused after its document": (["refused", "--json"], 3, {"done": True}),
}


@pytest.mark.parametrize("name", LEFT)
def test_there_is_one_document_however_a_command_ends(name):
    arguments, code, document = LEFT[name]
    command = [sys.executable, "-c", LEAVING, *arguments]
    done = subprocess.run(command, env=environment(), capture_output=True, check=False)
    assert done.returncode == code, done.stderr
    assert (json.loads(done.stdout) if done.stdout else None) == document
    assert (b"Interrupted." in done.stderr) == (code == 130)
