"""Archives: reproducible when written, refused by name when hostile."""

import io
import stat
import struct
import zipfile

import pytest

from gateway.domain.finding import Refusal
from gateway.markup.archive import Entry, Limits, pack, unpack

ENTRIES = (Entry("MT2401.xml", "<清单/>".encode()), Entry("envelope.json", b'{"v":1}'))


def test_the_same_entries_make_the_same_bytes():
    assert pack(ENTRIES) == pack(ENTRIES)
    assert unpack(pack(ENTRIES)) == ENTRIES


def test_other_programs_read_what_we_write():
    with zipfile.ZipFile(io.BytesIO(pack(ENTRIES))) as archive:
        assert archive.testzip() is None
        assert [one.date_time for one in archive.infolist()] == [(1980, 1, 1, 0, 0, 0)] * 2


def made(*entries, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def info(name, mode=0):
    told = zipfile.ZipInfo(name)
    told.external_attr = mode << 16
    return told


def patched(raw, offset_in_directory, value):
    """Change a two-byte field of the first directory entry."""
    start = raw.index(b"PK\x01\x02") + offset_in_directory
    return raw[:start] + struct.pack("<H", value) + raw[start + 2 :]


def overlapping():
    """Let a second directory entry point at the bytes of the first."""
    raw = made(("a.xml", b"x" * 50_000), method=zipfile.ZIP_STORED)
    start, end = raw.index(b"PK\x01\x02"), raw.index(b"PK\x05\x06")
    entry = raw[start:end]
    twin = entry.replace(b"a.xml", b"b.xml")
    tail = bytearray(raw[end:])
    struct.pack_into("<HHI", tail, 8, 2, 2, len(entry) * 2)
    return raw[:start] + entry + twin + bytes(tail)


def lying():
    """Promise ten bytes where a million come out."""
    raw = made(("a.xml", b"x" * 1_000_000))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = raw.index(mark) + offset
        raw = raw[:start] + struct.pack("<I", 10) + raw[start + 4 :]
    return raw


HOSTILE = {
    "not an archive": (b"<xml/>", "zip.unreadable"),
    "cut off": (made(("a.xml", b"x" * 999))[:-40], "zip.unreadable"),
    "nothing in it": (made(), "zip.empty"),
    "up and out": (made(("../../etc/passwd", b"x")), "zip.unsafe-name"),
    "from the root": (made(("/etc/passwd", b"x")), "zip.unsafe-name"),
    "backslashes": (made(("..\\x.xml", b"x")), "zip.unsafe-name"),
    "a drive": (made(("C:x.xml", b"x")), "zip.unsafe-name"),
    "a folder": (made(("folder/", b"")), "zip.unsafe-name"),
    "a hidden file": (made((".profile", b"x")), "zip.unsafe-name"),
    "a name of 500 letters": (made(("x" * 500, b"x")), "zip.unsafe-name"),
    "a symbolic link": (made((info("a", stat.S_IFLNK | 0o777), b"/etc")), "zip.not-a-file"),
    "a device": (made((info("a", stat.S_IFCHR), b"")), "zip.not-a-file"),
    "encrypted": (patched(made(("a.xml", b"x")), 8, 1), "zip.encrypted"),
    "strong encryption": (patched(made(("a.xml", b"x")), 8, 0x41), "zip.encrypted"),
    "patch bit": (patched(made(("a.xml", b"x")), 8, 0x20), "zip.unknown-method"),
    "lzma": (made(("a.xml", b"x"), method=zipfile.ZIP_LZMA), "zip.unknown-method"),
    "an archive inside": (made(("a.xml", made(("b.xml", b"x")))), "zip.nested"),
    "gzip inside": (made(("a.xml", b"\x1f\x8b" + bytes(20))), "zip.nested"),
    "a workbook where none is asked for": (made(("a.xlsx", b"PK\x03\x04")), "zip.nested"),
    "an archive by its name": (made(("a.ZIP", b"x")), "zip.nested"),
    "17 entries": (made(*((f"{n}.xml", b"x") for n in range(17))), "zip.too-many-entries"),
    "the same name twice": (
        made(("a.xml", b"x"), (info("A.XML"), b"y")),
        "zip.repeated-name",
    ),
    "a bomb": (made(("a.xml", bytes(30_000_000))), "zip.expands-too-far"),
    "a bomb in parts": (
        made(*((f"{n}", bytes(2_000_000)) for n in range(12))),
        "zip.expands-too-far",
    ),
    "entries that share bytes": (overlapping(), "zip.overlapping"),
    "a size that lies": (lying(), "zip.unreadable"),
}


@pytest.mark.parametrize(("raw", "code"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_archive_is_refused_by_name(raw, code):
    with pytest.raises(Refusal) as caught:
        unpack(raw)
    assert caught.value.findings[0].code == code


def test_an_archive_that_is_too_large_is_not_looked_into():
    with pytest.raises(Refusal) as caught:
        unpack(pack(ENTRIES), Limits(archive_bytes_max=100))
    assert caught.value.findings[0].code == "zip.too-large"


def test_what_comes_out_is_counted_while_it_comes():
    with pytest.raises(Refusal) as caught:
        unpack(made(("a", bytes(600)), ("b", bytes(600))), Limits(content_bytes_max=1000))
    assert caught.value.findings[0].code == "zip.expands-too-far"
