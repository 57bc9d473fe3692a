"""The pages without JavaScript: log-in, language, forms from elsewhere, hostile values."""

import http.client
import re
import socket
import sqlite3
import tomllib
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from gateway.adapters.keystore import create_seal_key
from gateway.adapters.pack_folder import schemas_root
from gateway.domain.act import Act, ActKind
from gateway.domain.message import MessageState
from gateway.domain.records import Change, Update
from gateway.markup.workbook import MEDIA_TYPE
from gateway.portal import app, session
from gateway.pressure import SMALL_BYTES
from gateway.usecases import setup
from gateway.usecases.grants import revoke
from gateway.usecases.operate import perform
from tests.packs import workbooks
from tests.portal.conftest import BODY_BYTES_MAX, SAME
from tests.world import SHIPPED, TENANT

HOSTILE = '&lt;script&gt;alert("x")&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;'


@pytest.fixture(scope="module")
def movement(house):
    submission = house.world.submit(house.world.declaration())
    house.world.run()
    return submission.movement


def test_the_address_leads_to_the_pages(house):
    client = house.visitor().client
    assert client.get("/").headers["location"] == "/pages/"
    assert client.get("/pages/").headers["location"] == "/pages/validate"


@pytest.mark.parametrize(
    "path", ["validate", "movements", "movements/26CN", "movements/26CN/stream", "trips"]
)
def test_strangers_are_led_to_the_form(house, path):
    answer = house.visitor().client.get(f"/pages/{path}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/pages/login")


def test_nobody_waits_for_an_answer_to_a_notice(house, movement):
    """Offices ahead were told that the goods are released, and answer nothing to that."""
    told = house.world.messages(movement)
    assert told["VN0003PJ", "WayNotice-I"].state is MessageState.ACKNOWLEDGED
    page = house.visitor("exporter").client.get(f"/pages/movements/{movement}?lang=en").text
    assert "the answer to WayNotice" not in page
    assert "The carrier" in page  # who moves next


@pytest.mark.parametrize(
    ("path", "who"), [("nosuch", "exporter"), ("movments/1", ""), ("logout", "")]
)
@pytest.mark.parametrize(
    ("language", "said"), [("en", "no page"), ("zh", "没有页面"), ("vi", "Không có trang")]
)
def test_an_address_without_a_page_is_told_on_a_page(house, path, who, language, said):
    answer = house.visitor(who).client.get(f"/pages/{path}?lang={language}")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"]
    assert f"/pages/{path}" in answer.text
    assert said in answer.text


@pytest.mark.parametrize("who", ["exporter", "officer"])
def test_the_bar_leads_to_nothing_that_would_be_refused(house, who):
    client = house.visitor(who).client
    bar = client.get("/pages/lanes" if who == "officer" else "/pages/movements").text
    led = re.findall(r'<a href="(/pages/[a-z]+)"', bar.partition("</nav>")[0])
    assert led
    assert {client.get(one).status_code for one in led} == {200}


def test_every_page_forbids_what_it_does_not_need(house, movement):
    client = house.visitor("exporter").client
    paths = (
        "login",
        "validate",
        "movements",
        f"movements/{movement}",
        "movements/unknown",
        "trips",
    )
    for path in paths:
        answer = client.get(f"/pages/{path}")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "style=" not in answer.text
        assert " onclick" not in answer.text


def test_the_session_cookie_is_out_of_reach(house):
    client = house.visitor().client
    answer = client.post("/pages/login", data={"key": house.keys["exporter"]}, headers=SAME)
    cookie = answer.headers["set-cookie"].lower()
    for word in ("httponly", "samesite=strict", "path=/pages"):
        assert word in cookie
    assert house.keys["exporter"].rpartition("_")[2].lower() not in cookie


def test_behind_tls_the_cookie_stays_there(house):
    client = house.visitor().client
    headers = {"Origin": "https://testserver"}
    key = house.keys["exporter"]
    answer = client.post("https://testserver/pages/login", data={"key": key}, headers=headers)
    assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize("key", ["", "nonsense", "frk_prn_1_x", "frk_" + "x" * 9000])
def test_a_wrong_key_opens_nothing(house, key):
    answer = house.visitor().client.post("/pages/login", data={"key": key}, headers=SAME)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


def test_a_changed_cookie_is_nobodys(house):
    visitor = house.visitor("exporter")
    cookie = visitor.client.cookies["fullroute-session"].strip('"')
    for changed in (cookie[:-6] + "AAAA==", "x." + cookie, cookie.replace(".", "", 1), "", "a.b"):
        client = house.visitor().client
        client.cookies.set("fullroute-session", changed)
        assert client.get("/pages/validate").status_code == 303, changed


def test_a_session_ends(house):
    visitor = house.visitor("exporter")
    assert visitor.client.get("/pages/validate").status_code == 200
    before = house.world.clock.at
    house.world.clock.forward(hours=9)
    try:
        assert visitor.client.get("/pages/validate").status_code == 303
    finally:
        house.world.clock.at = before + timedelta(seconds=1)


FOREIGN = {
    "another site": {"Origin": "https://evil.example"},
    "no address": {"Origin": "http://["},
    "another site, told by the browser": {**SAME, "Sec-Fetch-Site": "cross-site"},
    "a neighbour": {**SAME, "Sec-Fetch-Site": "same-site"},
    "nobody knows": {},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN.keys())
@pytest.mark.parametrize("path", ["login", "logout", "validate"])
def test_forms_of_others_are_refused(house, path, headers):
    visitor = house.visitor("exporter")
    fields = {"token": visitor.token(), "key": house.keys["exporter"]}
    assert visitor.client.post(f"/pages/{path}", data=fields, headers=headers).status_code == 403


def test_a_form_without_its_token_is_refused(house):
    visitor = house.visitor("exporter")
    for token in ("", "wrong"):
        answer = visitor.client.post("/pages/validate", data={"token": token}, headers=SAME)
        assert answer.status_code == 403


def test_a_seal_key_that_was_rotated_lets_nobody_in(house):
    visitor = house.visitor("exporter")
    assert visitor.client.get("/pages/validate").status_code == 200
    create_seal_key(house.world.folder / "keys")
    assert visitor.client.get("/pages/validate").status_code == 303
    assert house.visitor("exporter").client.get("/pages/validate").status_code == 200


def test_logging_out_ends_it(house):
    visitor = house.visitor("exporter")
    answer = visitor.client.post("/pages/logout", data={"token": visitor.token()}, headers=SAME)
    assert answer.status_code == 303
    assert visitor.client.get("/pages/validate").status_code == 303


def test_a_valid_declaration_shows_every_office(house):
    page = house.visitor("exporter").validate(SHIPPED.read_bytes()).text
    for code in ("CN008001", "CN00X001", "VN0015BB", "VN0003PJ"):
        assert page.count(code) >= 2
    assert "<svg" in page


def test_findings_lead_to_their_lines(house):
    raw = SHIPPED.read_bytes().replace(b"0800901187", b"0800901188")
    page = house.visitor("exporter").validate(raw).text
    assert 'href="#L42"' in page
    assert '<li id="L42" class="marked">' in page


def test_a_pasted_declaration_counts_like_a_dropped_one(house):
    visitor = house.visitor("exporter")
    fields = {"token": visitor.token(), "declaration": SHIPPED.read_text("utf-8")}
    page = visitor.client.post("/pages/validate", data=fields, headers=SAME)
    assert page.status_code == 411 or "VN0003PJ" in page.text


@pytest.mark.parametrize(("lang", "word"), [("zh", "检查申报"), ("vi", "Kiểm tra tờ khai")])
def test_a_language_once_picked_is_kept(house, lang, word):
    client = house.visitor("exporter").client
    assert word in client.get(f"/pages/validate?lang={lang}").text
    page = client.get("/pages/validate").text
    assert word in page
    assert f'<html lang="{lang}">' in page


def test_the_browsers_language_is_the_first_guess(house):
    client = house.visitor().client
    page = client.get("/pages/login", headers={"Accept-Language": "vi-VN,vi;q=0.9,en;q=0.5"}).text
    assert '<html lang="vi">' in page


def test_hostile_names_are_only_text(house):
    raw = SHIPPED.read_text("utf-8").replace("CQ-2026-000117", HOSTILE)
    raw = raw.replace("重庆嘉陵电子元件有限公司", HOSTILE).replace(
        "<ID>VN0003PJ<", "<ID>&lt;b&gt;x<"
    )
    page = house.visitor("exporter").validate(raw.encode()).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>x" not in page


def test_no_template_writes_a_value_unescaped():
    folder = Path(app.__file__).parent / "templates"
    unescaped = {
        (path.name, found)
        for path in folder.glob("*.html")
        for found in re.findall(r"{{[^}]*\|\s*safe[^}]*}}", path.read_text("utf-8"))
    }
    assert unescaped == {("movement.html", "{{ live | safe }}")}  # rendered by columns.html


def test_too_large_a_form_is_refused_before_it_is_read(house):
    answer = house.visitor("exporter").validate(b"x" * (BODY_BYTES_MAX + 20_000))
    assert answer.status_code == 413


def test_no_stranger_fills_memory_with_the_form_that_lets_in(house):
    content = b"key=" + b"x" * SMALL_BYTES
    headers = {**SAME, "Content-Type": "application/x-www-form-urlencoded"}
    client = house.visitor().client
    assert client.post("/pages/login", content=content, headers=headers).status_code == 413
    chunked = client.post("/pages/login", content=iter([content]), headers=headers)
    assert chunked.status_code == 413


def test_a_form_finds_no_room_while_other_bodies_fill_it(house):
    visitor, room = house.visitor("exporter"), house.app.state.room
    with room.claim() as others:
        others.reach(room.most)
        answer = visitor.validate(b"x" * SMALL_BYTES)
        assert answer.status_code == 503
        assert visitor.validate(SHIPPED.read_bytes()).status_code == 200
    assert visitor.validate(b"x" * SMALL_BYTES).status_code == 200
    assert room.taken == 0


def test_scopes_count_here_too(house):
    assert house.visitor("reader").validate(SHIPPED.read_bytes()).status_code == 403


def test_a_movement_has_a_column_for_every_office(house, movement):
    page = house.visitor("exporter").client.get(f"/pages/movements/{movement}").text
    assert page.count('class="card column') == 4
    assert "The importer" in page  # no mandate: IDA awaits their signature
    assert '<meta http-equiv="refresh"' in page


@pytest.mark.parametrize("name", ["stranger"])
def test_strangers_see_no_movement(house, movement, name):
    client = house.visitor(name).client
    for path in (f"movements/{movement}", f"movements/{movement}/stream"):
        assert client.get(f"/pages/{path}").status_code == 404
    assert movement not in client.get("/pages/movements").text


@pytest.mark.parametrize("table", ["movements", "principals"])
def test_a_database_that_cannot_be_read_is_told_on_a_page(house, table):
    client = house.visitor("exporter").client
    with altered(
        house, f"ALTER TABLE {table} RENAME TO away", f"ALTER TABLE away RENAME TO {table}"
    ):
        answer = client.get("/pages/movements")
    assert answer.status_code == 503
    assert "The database cannot be reached" in answer.text
    assert client.get("/pages/movements").status_code == 200


def test_what_nobody_foresaw_is_told_on_a_page(house, movement):
    known = house.visitor("exporter").client.cookies
    client = TestClient(house.app, raise_server_exceptions=False, cookies=known)
    spoil = "UPDATE movements SET stops = '{' || stops"
    with altered(house, spoil, "UPDATE movements SET stops = substr(stops, 2)"):
        answer = client.get("/pages/movements")
    assert answer.status_code == 500
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert 'role="alert"' in answer.text
    assert "Traceback" not in answer.text
    assert movement in client.get("/pages/movements").text


@contextmanager
def altered(house, there, back):
    """Change the database behind the program's back for a while."""
    with closing(
        sqlite3.connect(house.world.folder / "world.db", isolation_level=None)
    ) as database:
        database.execute(there)
        try:
            yield
        finally:
            database.execute(back)


# ------------------------------------------------------------------ texts


def labels(language):
    path = schemas_root() / "lang" / f"pages.{language}.toml"
    return tomllib.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("language", ["zh", "vi"])
def test_every_label_is_translated_with_its_places(language):
    english, other = labels("en"), labels(language)
    assert list(english) == list(other)
    places = {key: sorted(part[1:-1] for part in _places(text)) for key, text in english.items()}
    assert {k: sorted(p[1:-1] for p in _places(t)) for k, t in other.items()} == places
    same = [key for key in english if english[key] == other[key]]
    assert set(same) <= {"title", "waits.for-answer"}


def _places(text):
    return [word for word in text.replace("}", "} ").replace("{", " {").split() if word[0] == "{"]


def test_findings_of_a_workbook_name_their_cells(house):
    raw = workbooks.changed({"Parties!A2": "seller"})
    page = house.visitor("exporter").validate(raw).text
    assert "cell Parties!A2" in page
    assert '<ol class="source">' not in page  # the file itself is nothing to look at


def test_a_workbook_comes_back_annotated(house):
    raw = workbooks.changed({"Parties!A2": "seller"})
    answer = house.visitor("exporter").validate(raw, annotated="1")
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert "attachment" in answer.headers["content-disposition"]
    assert workbooks.opened(answer.content)["Parties"]["A2"].comment is not None


def test_what_cannot_be_annotated_is_answered_by_the_page(house):
    page = house.visitor("exporter").validate(b"PK\x03\x04 broken", annotated="1")
    assert "sheet.unreadable" in page.text
    assert "<form" in house.visitor("exporter").validate(b"<a/>", annotated="1").text


def test_the_template_is_a_click_away(house):
    client = house.visitor("exporter").client
    assert 'href="/pages/validate/template"' in client.get("/pages/validate").text
    answer = client.get("/pages/validate/template?lang=zh")
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert workbooks.opened(answer.content).sheetnames[0] == "申报"


def test_an_erased_movement_says_so(house):
    """Its own, brought to its end by hand: how it comes there is not what is looked at."""
    texts = {"CQ-2026-000117": "CQ-2026-900777"}
    reference = house.world.submit(house.world.declaration(texts=texts), "erased").movement
    store = house.world.store
    steps = [Update(table="movements", key=reference, values={"state": "completed"})]
    steps += [
        Update(table="messages", key=one.id, values={"state": "dropped"})
        for one in store.messages(reference)
    ]
    store.commit(Change(tuple(steps)))
    act = Act(kind=ActKind.ERASE, subject=reference, reason="<the law>")
    perform(house.world.ports, house.world.exporter, act)
    page = house.visitor("reader").client.get(f"/pages/movements/{reference}")
    assert page.status_code == 200
    assert "&lt;the law&gt;" in page.text
    assert house.visitor("reader").client.get("/pages/movements").status_code == 200


def test_a_live_page_ends_with_its_key(house, movement, place):
    ports = house.world.ports
    leaver, key = setup.new_principal(ports, TENANT, "leaver", ("read",))
    operator, _ = setup.new_principal(ports, TENANT, "operator", ("operate",))
    _, cookie = session.log_in(ports, key)
    connection = http.client.HTTPConnection(place.removeprefix("http://"), timeout=10)
    with closing(connection):
        headers = {"Cookie": f"{session.COOKIE}={cookie}"}
        connection.request("GET", f"/pages/movements/{movement}/stream", headers=headers)
        answer = connection.getresponse()
        assert answer.readline().startswith(b"retry")
        revoke(ports, operator, leaver.id, "left the company")
        answer.read()  # which a stream that goes on never lets end


@pytest.mark.parametrize("after", [str(2**63), "9" * 5000])
def test_a_live_page_resumes_after_any_number(house, movement, place, after):
    _, cookie = session.log_in(house.world.ports, house.keys["reader"])
    address = f"/pages/movements/{movement}/stream"
    for path, header in ((f"{address}?after={after[:4000]}", ""), (address, after)):
        connection = http.client.HTTPConnection(place.removeprefix("http://"), timeout=10)
        with closing(connection):
            headers = {"Cookie": f"{session.COOKIE}={cookie}", "Last-Event-ID": header}
            connection.request("GET", path, headers=headers)
            assert connection.getresponse().status == 200


def test_a_form_that_does_not_come_holds_no_connection(place, monkeypatch):
    monkeypatch.setattr(app, "BODY_SECONDS_MAX", 0.5)
    address = place.removeprefix("http://").partition(":")
    head = (
        f"POST /pages/login HTTP/1.1\r\nHost: x\r\nOrigin: {place}\r\nContent-Length: 9\r\n\r\nkey="
    )
    with closing(socket.create_connection((address[0], int(address[2])), timeout=10)) as client:
        client.sendall(head.encode())
        assert b" 503 " in client.recv(1000)
