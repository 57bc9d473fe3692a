"""Answers that are fetched: taken in once, put away with findings where they cannot be."""

import errno
import json
import os
from contextlib import closing
from dataclasses import replace

import pytest

from gateway import register
from gateway.adapters.links import FolderCourier, folder
from gateway.audit.exchange import to_base64
from gateway.domain.delivery import LinkKind
from gateway.domain.errors import NotAuthentic, Unavailable
from gateway.domain.finding import Finding
from gateway.domain.message import MessageState, ReceiptKind
from gateway.domain.parcel import Collected, Parcel
from gateway.domain.records import Change, Update
from gateway.markup import archive, wire
from gateway.register.incoming import native_of
from gateway.register.put_away import SEEN_MAX
from gateway.sandbox.office import Arrival
from gateway.usecases.attention import attention
from gateway.usecases.audit import verify_log
from gateway.usecases.collect import collect, collectable
from gateway.usecases.deliver import deliver
from gateway.usecases.export import export_movement
from gateway.usecases.timeline import timeline_after
from tests.markup.keys import signed_exclusively
from tests.world import TENANT, World

EXIT = "lnk_cn00x001"


class Border:
    """The exit office behind folders, and a gateway that knows it so."""

    def __init__(self, folder, **values):
        self.base = folder / "share"
        self.base.mkdir()
        self.world = World(folder)
        courier = FolderCourier(clock=self.world.clock, catalogue=self.world.ports.packs.catalogue)
        self.world.ports = self.ports = replace(
            self.world.ports,
            couriers={**self.world.ports.couriers, LinkKind.FOLDER: courier},
            collectors={LinkKind.FOLDER: courier},
        )
        values = {
            "kind": LinkKind.FOLDER,
            "endpoint": self.base.as_uri(),
            "key": b"",
            "receipt": ReceiptKind.NATIVE,
        } | values
        self.world.store.commit(Change((Update(table="links", key=EXIT, values=values),)))
        self.movement = self.world.submit(self.world.declaration()).movement

    def manifest(self):
        return self.world.messages(self.movement)["CN00X001", "MT2401"]

    def send(self):
        deliver(self.ports, EXIT, "test")
        return sorted((self.base / "out").glob("*.zip"))

    def answer(self, path):
        """Let the simulated office take one archive and return its native answer."""
        entries = {entry.name: entry.content for entry in archive.unpack(path.read_bytes())}
        arrival = Arrival(
            envelope=to_base64(entries["envelope.json"]),
            seal=entries["envelope.seal"].decode(),
            media_type="application/xml",
            content=next(c for name, c in entries.items() if name.endswith(".xml")),
        )
        keys = self.world.keys.seal_keys()
        verdict = self.world.town.systems[EXIT].receive(arrival, keys)
        assert verdict.taken is not None, verdict.reason
        path.unlink()
        stationery = self.world.town.stationery[EXIT]
        planned = next(iter(stationery.plan(verdict.taken)))
        return stationery.write(planned, self.world.clock.now()).content

    def put(self, name, *entries):
        folder = self.base / "in"
        folder.mkdir(exist_ok=True)
        raw = entries[0] if isinstance(entries[0], bytes) else archive.pack(entries)
        (folder / name).write_bytes(raw)

    def put_answer(self, name="a.zip"):
        (path,) = self.send()
        self.put(name, archive.Entry("answer.xml", self.answer(path)))

    def names(self, folder):
        return sorted(path.name for path in (self.base / folder).glob("*"))


@pytest.fixture
def border(tmp_path):
    border = Border(tmp_path)
    yield border
    border.world.close()


def test_a_native_answer_is_the_receipt(border):
    (path,) = border.send()
    assert path.name == f"{border.manifest().id}.zip"
    assert border.manifest().state is MessageState.DUE
    border.put("a.zip", archive.Entry("answer.xml", border.answer(path)))
    assert collectable(border.ports) == (EXIT,)
    assert collect(border.ports, EXIT).taken == 1
    manifest = border.manifest()
    assert (manifest.state, manifest.receipt_kind) == (
        MessageState.ACKNOWLEDGED,
        ReceiptKind.NATIVE,
    )
    assert border.names("done") == ["a.zip"]
    assert border.names("in") == []
    assert EXIT in border.world.knocks.links  # the next message of the stream may go
    lines = timeline_after(border.ports, TENANT, border.movement)
    assert [line.receipt for line in lines if line.kind == "receipt"] == ["native"]
    assert [line.facts["vouched"] for line in lines if line.kind == "answer"] == ["transport"]
    assert register.refused_answers(border.ports, TENANT, border.world.clock.now()) == ()


def test_audit_and_export_tell_what_was_not_sealed(border):
    border.put_answer()
    collect(border.ports, EXIT)
    report = verify_log(border.ports)
    assert report.findings == ()
    files = dict(export_movement(border.ports, TENANT, border.movement))
    assert [path for path in files if path.endswith("receipt-native.xml")]
    assert not [path for path in files if path.startswith("answers/") and "header" in path]


@pytest.mark.parametrize("kind", [ReceiptKind.SIGNED, ReceiptKind.TRANSPORT])
def test_a_receipt_that_passes_for_another_kind_is_found(border, kind):
    border.put_answer()
    collect(border.ports, EXIT)
    change = Update(table="messages", key=border.manifest().id, values={"receipt_kind": kind})
    border.world.store.commit(Change((change,)))
    assert verify_log(border.ports).findings


class Dying:
    """A collector whose program dies before it puts anything away."""

    def __init__(self, collector):
        self.collect = collector.collect

    def settle(self, *_):
        raise Unavailable


def test_an_answer_is_taken_once_though_the_worker_dies_before_putting_it_away(border):
    border.put_answer()
    dying = replace(
        border.ports, collectors={LinkKind.FOLDER: Dying(border.ports.collectors[LinkKind.FOLDER])}
    )
    for _ in range(2):
        collect(dying, EXIT)
        assert border.names("in") == ["a.zip"]
    assert collect(border.ports, EXIT).taken == 1
    assert len(border.world.store.answers(border.movement)) == 1
    events = border.world.store.events(border.movement)
    assert sum(event.kind == "answered" for event in events) == 1
    assert border.names("done") == ["a.zip"]


def test_the_same_answer_under_two_names_is_one_answer(border):
    border.put_answer()
    border.put("b.zip", (border.base / "in" / "a.zip").read_bytes())
    assert collect(border.ports, EXIT).taken == 2
    assert len(border.world.store.answers(border.movement)) == 1
    assert border.names("done") == ["a.zip", "b.zip"]


def test_one_archive_may_hold_several_answers(border):
    (path,) = border.send()
    entries = [archive.Entry(f"{n}.xml", border.answer(path)) for n in (1,)]
    border.put("a.zip", *entries, archive.Entry("2.xml", b"<strange/>"))
    found = collect(border.ports, EXIT)
    assert (found.taken, found.refused) == (0, 1)
    assert border.manifest().state is MessageState.ACKNOWLEDGED  # what could be read counts
    assert border.names("refused") == ["a.zip", "a.zip.findings.json"]


REFUSED = {
    "hostile": ((archive.Entry("../x.xml", b"<x/>"),), "zip.unsafe-name"),
    "no answer of this office": ((archive.Entry("x.xml", b"<x/>"),), "answer.unknown"),
    "not XML": ((archive.Entry("x.xml", b"PDF"),), "xml.malformed"),
    "entity": (
        (archive.Entry("x.xml", b'<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>'),),
        "xml.doctype",
    ),
}


@pytest.mark.parametrize(("entries", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_taken_in_is_put_away_with_its_findings(border, entries, code):
    border.put("bad.zip", *entries)
    found = collect(border.ports, EXIT)
    assert (found.taken, found.refused, found.findings) == (0, 1, ())
    assert border.names("refused") == ["bad.zip", "bad.zip.findings.json"]
    told = json.loads((border.base / "refused" / "bad.zip.findings.json").read_text("utf-8"))
    assert code in [one["code"] for one in told["findings"]]
    assert all(one[lang] for one in told["findings"] for lang in ("en", "zh", "vi"))
    border.world.store.sequence("test")
    entries = [json.loads(log.entry) for log in border.world.store.log()]
    (refused,) = [e for e in entries if e["kind"] == "refused"]
    assert refused["link"] == EXIT
    assert code in [one["code"] for one in refused["facts"]["findings"]]
    assert collect(border.ports, EXIT).refused == 0


def test_a_stranger_in_the_queue_holds_up_nobody(border):
    border.put_answer("z.zip")
    border.put("a.zip", archive.Entry("x.xml", b"<x/>"))
    found = collect(border.ports, EXIT)
    assert (found.taken, found.refused) == (1, 1)


def test_an_answer_for_another_movement_of_nobody_is_refused(border):
    (path,) = border.send()
    content = border.answer(path).replace(border.manifest().id.encode(), b"msg_strange")
    border.put("a.zip", archive.Entry("answer.xml", content))
    assert collect(border.ports, EXIT).refused == 1
    assert border.manifest().state is MessageState.DUE


def test_what_is_still_being_written_is_left_alone(border):
    border.put_answer()
    path = border.base / "in" / "a.zip"
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    border.world.clock.at = border.world.clock.at.fromtimestamp(
        path.stat().st_mtime, border.world.clock.at.tzinfo
    )
    assert collect(border.ports, EXIT) == collect(border.ports, EXIT)
    assert border.names("in") == ["a.zip"]
    path.write_bytes(whole)
    assert collect(border.ports, EXIT).taken == 1


def test_half_an_archive_that_stays_half_is_refused(border):
    border.put("a.zip", b"PK\x03\x04 half")
    border.world.clock.forward(days=365)
    assert collect(border.ports, EXIT).refused == 1


STRAY = {
    "a link to elsewhere": lambda folder, tmp: (folder / "a.zip").symlink_to(tmp / "world.db"),
    "a folder": lambda folder, _: (folder / "a.zip").mkdir(),
    "another kind of file": lambda folder, _: (folder / "a.txt").write_bytes(b"x"),
    "a hidden draft": lambda folder, _: (folder / ".a.zip.part").write_bytes(b"x"),
}


@pytest.mark.parametrize("stray", STRAY.values(), ids=STRAY.keys())
def test_what_is_no_archive_is_not_touched(border, stray, tmp_path):
    folder = border.base / "in"
    folder.mkdir()
    stray(folder, tmp_path)
    before = border.names("in")
    found = collect(border.ports, EXIT)
    assert (found.taken, found.refused, border.names("in")) == (0, 0, before)


@pytest.mark.parametrize("place", ["in", "."])
def test_a_folder_that_everybody_may_write_into_is_not_believed(border, place):
    border.put_answer()
    (border.base / place).chmod(0o777)
    found = collect(border.ports, EXIT)
    assert [one.code for one in found.findings] == ["link.not-collected"]
    assert border.manifest().state is MessageState.DUE


def test_a_folder_that_is_not_there_is_a_finding(border):
    border.base.rename(border.base.with_name("gone"))
    found = collect(border.ports, EXIT)
    assert [one.code for one in found.findings] == ["link.not-collected"]


def test_a_paused_link_is_not_visited(border):
    border.put_answer()
    change = Update(table="links", key=EXIT, values={"paused": True})
    border.world.store.commit(Change((change,)))
    assert collectable(border.ports) == ()
    assert collect(border.ports, EXIT).taken == 0


def test_what_is_handed_over_is_not_sent_again_at_once_but_later_and_the_same(border):
    (path,) = border.send()
    first = path.read_bytes()
    assert border.manifest().attempts == 1
    border.world.clock.forward(seconds=60)
    assert deliver(border.ports, EXIT, "test") == 0
    assert border.manifest().attempts == 1
    path.unlink()  # the office took it and says nothing
    border.world.clock.forward(seconds=300)
    (path,) = border.send()
    assert path.read_bytes() == first
    assert border.manifest().attempts == 2


def test_a_link_may_be_content_with_the_transports_word(tmp_path):
    border = Border(tmp_path, receipt=ReceiptKind.TRANSPORT)
    border.send()
    manifest = border.manifest()
    assert (manifest.state, manifest.receipt_kind) == (
        MessageState.ACKNOWLEDGED,
        ReceiptKind.TRANSPORT,
    )
    assert verify_log(border.ports).findings == ()
    border.world.close()


SIGNED = {
    "by the registered certificate": ("broker", "broker", 1),
    "by another": ("carrier", "broker", 0),
    "not at all": ("", "broker", 0),
    "though nobody asked": ("carrier", "", 1),
}


@pytest.mark.parametrize(("signer", "registered", "taken"), SIGNED.values(), ids=SIGNED.keys())
def test_a_certificate_at_the_link_makes_signatures_compulsory(tmp_path, signer, registered, taken):
    border = Border(tmp_path)
    key = border.world.keys.signer(registered).certificate if registered else b""
    change = Update(table="links", key=EXIT, values={"key": key})
    border.world.store.commit(Change((change,)))
    (path,) = border.send()
    answer = border.answer(path)
    if signer:
        cms = border.world.keys.signer(signer).cms(answer)
        entry = archive.Entry("a.eml", wire.multipart_signed(answer, cms, "application/xml"))
    else:
        entry = archive.Entry("a.xml", answer)
    border.put("a.zip", entry)
    assert collect(border.ports, EXIT).taken == taken
    vouched = [
        line.facts["vouched"]
        for line in timeline_after(border.ports, TENANT, border.movement)
        if line.kind == "answer"
    ]
    assert vouched == (["signature" if registered else "transport"] if taken else [])
    border.world.close()


def test_what_is_no_xml_and_bears_no_signature_is_nobody_s_word(border):
    """As fixed fields come: whoever reaches the folder could write them."""
    registered_signer(border)
    link, now = border.world.store.link(EXIT), border.world.clock.now()
    with pytest.raises(NotAuthentic) as refused:
        register.collected(border.ports, link, b"  IDA  A", "text/plain", now)
    assert [one.code for one in refused.value.findings] == ["answer.unsigned"]


def registered_signer(border):
    """Register a certificate for the link; return who signs with it."""
    signer = border.world.keys.signer("broker")
    change = Update(table="links", key=EXIT, values={"key": signer.certificate})
    border.world.store.commit(Change((change,)))
    return signer


def is_one_answer(border, name, *contents):
    for number, content in enumerate(contents):
        border.put(f"{number}.zip", archive.Entry(name, content))
        assert collect(border.ports, EXIT).taken == 1
    assert len(border.world.store.answers(border.movement)) == 1


REWRAPPED = {
    "as it was": lambda _, first: first,
    "another media type inside": lambda _, first: first.replace(b"/xml", b"/xmlx", 1),
    "signed once more": lambda sign, _: sign(),
}


@pytest.mark.parametrize("wrap", REWRAPPED.values(), ids=REWRAPPED)
def test_what_was_signed_is_one_answer_however_it_is_wrapped(tmp_path, wrap):
    border = Border(tmp_path)
    signer = registered_signer(border)
    (path,) = border.send()
    answer = border.answer(path)

    def sign():
        return wire.multipart_signed(answer, signer.cms(answer), "application/xml")

    first = sign()
    is_one_answer(border, "a.eml", first, wrap(sign, first))
    assert border.names("in") == []
    assert verify_log(border.ports).findings == ()
    border.world.close()


BESIDE = {
    "white space behind it": lambda raw: raw + b"\n",
    "a namespace nobody signed": lambda raw: raw.replace(b" xmlns", b' xmlns:x="urn:x" xmlns', 1),
}


@pytest.mark.parametrize("change", BESIDE.values(), ids=BESIDE)
def test_what_was_not_signed_makes_no_other_answer(tmp_path, change):
    border = Border(tmp_path)
    signer = registered_signer(border)
    (path,) = border.send()
    signed = signed_exclusively(border.answer(path), signer, border.world.clock.now())
    is_one_answer(border, "a.xml", signed, change(signed))
    border.world.close()


def test_the_others_aboard_are_told_what_was_signed_and_nothing_around_it(border):
    """An answer about a vehicle is read again for each of its movements, from what was kept."""
    signer, now = registered_signer(border), border.world.clock.now()
    (path,) = border.send()
    answer = border.answer(path)
    wrapped = wire.multipart_signed(answer, signer.cms(answer), "application/xml")
    signed = signed_exclusively(answer, signer, now)
    link = border.ports.store.link(EXIT)
    for content, media_type in ((wrapped, "multipart/signed; a=b"), (signed, "application/xml")):
        taken = register.collected(border.ports, link, content, media_type, now)
        assert native_of(content, taken.header.media_type) == taken.native


# ------------------------------------------------------------------ one find is not another


def age(border, name):
    path = border.base / "in" / name if isinstance(name, str) else name
    os.utime(path, (1e9, 1e9))


def concerns(border):
    return [one.finding for one in attention(border.ports, TENANT) if one.link == EXIT]


NAMES = {
    "in another encoding": "回执.zip".encode("gbk"),
    "as long as names may be": b"a" * 251 + b".zip",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_an_archive_under_any_name_is_put_away_with_its_findings(border, name):
    border.put_answer("b.zip")
    path = os.fsencode(border.base / "in") + b"/" + name
    with open(path, "wb") as file:  # noqa: PTH123 - a name in bytes
        file.write(b"not a zip")
    age(border, path)
    border.world.clock.forward(minutes=1)
    found = collect(border.ports, EXIT)
    assert (found.taken, found.refused, found.findings) == (1, 1, ())
    assert border.names("in") == []
    assert len(border.names("refused")) == 2
    assert verify_log(border.ports).findings == ()


def test_an_answer_of_a_time_that_no_calendar_has_holds_up_nobody(border):
    (path,) = border.send()
    answer = border.answer(path)
    start = answer.index(b"<OccurredDateTime>") + len(b"<OccurredDateTime>")
    end = answer.index(b"</OccurredDateTime>")
    bad = answer[:start] + b"0001-01-01T00:00:00" + answer[end:]
    border.put("a.zip", archive.Entry("answer.xml", bad))
    age(border, "a.zip")
    border.put("b.zip", archive.Entry("answer.xml", answer))
    found = collect(border.ports, EXIT)
    assert (found.taken, found.refused) == (1, 1)
    assert border.names("done") == ["b.zip"]


class Stumbling:
    """A collector in whose finds there is one that our program has a mistake about."""

    def __init__(self, collector):
        self._collector = collector

    def collect(self, link):
        yield from self._collector.collect(link)

    def settle(self, link, collected, findings):
        if collected.name == "a.zip":
            raise OverflowError
        self._collector.settle(link, collected, findings)


def test_what_nobody_foresaw_in_one_find_is_told_once_and_the_visit_goes_on(border, caplog):
    border.put("a.zip", archive.Entry("x.xml", b"<x/>"))
    age(border, "a.zip")
    border.put_answer("b.zip")
    stumbling = Stumbling(border.ports.collectors[LinkKind.FOLDER])
    border.ports = replace(border.ports, collectors={LinkKind.FOLDER: stumbling})
    assert collect(border.ports, EXIT).taken == 1
    assert border.names("in") == ["a.zip"]
    assert "OverflowError" in caplog.text
    for _ in range(3):
        collect(border.ports, EXIT)
    told = [dict(one.args)["why"] for one in concerns(border)]
    assert told.count("answer.unforeseen") == 1


class Half:
    """A collector that finds an output of which it has not all, and one that it has."""

    def __init__(self, collector):
        self._collector = collector

    def collect(self, link):
        args = (("limit", "100"),)
        finding = Finding(code="link.output-too-large", value="o1", args=args)
        yield Collected(name="o1", findings=(finding,), stays=True)
        yield from self._collector.collect(link)

    def settle(self, link, collected, findings):
        assert collected.name != "o1"
        self._collector.settle(link, collected, findings)


def test_what_we_do_not_have_whole_stays_at_the_office_and_is_told_once(border):
    border.put_answer()
    half = Half(border.ports.collectors[LinkKind.FOLDER])
    border.ports = replace(border.ports, collectors={LinkKind.FOLDER: half})
    found = [collect(border.ports, EXIT) for _ in range(3)]
    assert [(one.taken, one.refused) for one in found] == [(1, 0), (0, 0), (0, 0)]
    assert [dict(one.args)["why"] for one in concerns(border)] == ["link.output-too-large"]


def stumble(monkeypatch, *names):
    """Let there be a mistake in our program about archives of these names."""
    read = folder._content

    def content(path):
        if path.name in names:
            raise OverflowError
        return read(path)

    monkeypatch.setattr(folder, "_content", content)


def test_an_archive_over_which_we_stumble_is_told_once_and_logged_once(border, monkeypatch, caplog):
    border.put("a.zip", archive.Entry("x.xml", b"<x/>"))
    age(border, "a.zip")
    border.put_answer("b.zip")
    stumble(monkeypatch, "a.zip")
    assert [collect(border.ports, EXIT).taken for _ in range(3)] == [1, 0, 0]
    assert border.names("in") == ["a.zip"]
    told = [(one.value, dict(one.args)["why"]) for one in concerns(border)]
    assert [why for _, why in told] == ["answer.unforeseen"]
    assert caplog.text.count("Traceback") == 1
    border.put("a.zip", archive.Entry("x.xml", b"<x/>"))  # anew: another archive of that name
    collect(border.ports, EXIT)
    assert caplog.text.count("Traceback") == 2


def test_what_stays_does_not_hide_what_is_newer(border, monkeypatch):
    monkeypatch.setattr(folder, "ARCHIVES_MAX", 2)
    border.put_answer("z.zip")
    staying = [f"{letter}.zip" for letter in "abc"]
    for name in staying:
        border.put(name, archive.Entry("x.xml", b"<x/>"))
        age(border, name)
    stumble(monkeypatch, *staying)
    assert [collect(border.ports, EXIT).taken for _ in range(2)] == [0, 1]
    assert border.names("in") == staying
    collect(border.ports, EXIT)
    assert len(concerns(border)) == 3  # they take turns
    monkeypatch.undo()
    monkeypatch.setattr(folder, "ARCHIVES_MAX", 2)
    assert sum(collect(border.ports, EXIT).refused for _ in range(2)) == 3  # once it is mended
    assert border.names("in") == []


def test_a_machine_without_a_handle_left_says_nothing_of_an_archive(border, monkeypatch):
    border.put_answer()

    def no_handle(_path):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with monkeypatch.context() as patched:
        patched.setattr(folder, "_content", no_handle)
        found = collect(border.ports, EXIT)
    assert [one.code for one in found.findings] == ["link.not-collected"]
    assert concerns(border) == []
    assert collect(border.ports, EXIT).taken == 1


def test_a_mistake_of_ours_about_one_archive_to_send_is_not_another_s(border, caplog):
    courier = border.ports.collectors[LinkKind.FOLDER]
    sound = Parcel(message="m2", media_type="text/xml", content=b"<x/>", envelope=b"e", seal="s")
    replies = courier.carry(
        border.world.store.link(EXIT), [replace(sound, message="m1", seal=None), sound]
    )
    assert [(one.status, one.mistake) for one in replies] == [(0, True), (202, False)]
    assert "AttributeError" in caplog.text


def test_many_finds_that_stay_are_each_told_once_whatever_was_refused_since(tmp_path):
    """Visits come every two seconds: whatever were told anew would fill the log."""
    with closing(World(tmp_path)) as world:
        link, finding = world.store.link(EXIT), Finding(code="link.output-too-large")
        names = [f"output-{place:04d}" for place in range(SEEN_MAX + 1)]
        for _ in range(2):
            told = register.Told(world.ports, link)
            for name in names:
                told.once(name, finding)
        world.store.sequence("test")
        log = world.store.log(limit=10 * SEEN_MAX)
        assert sum(one.kind == "refused" for one in log) == len(names)


def test_an_answer_that_comes_late_ends_the_message_that_was_parked_for_want_of_it(border):
    (path,) = border.send()
    written = border.answer(path)
    border.world.clock.forward(minutes=1)
    past = {"deadline": border.world.clock.now(), "next_at": None}
    border.world.store.commit(
        Change((Update(table="messages", key=border.manifest().id, values=past),))
    )
    border.world.clock.forward(minutes=1)
    border.send()
    assert border.manifest().state is MessageState.PARKED
    border.put("a.zip", archive.Entry("answer.xml", written))
    assert collect(border.ports, EXIT).taken == 1
    assert border.manifest().state is MessageState.ACKNOWLEDGED
    assert border.manifest().receipt_kind is ReceiptKind.NATIVE
