"""The packs driver: what it reads, what it refuses, and that a slot belongs to one thread."""

import threading
from datetime import date

import pytest

from gateway.adapters.pack_folder import FolderPacks, read_folder, read_offices, schemas_root
from gateway.domain.finding import Finding, Refusal
from gateway.domain.itinerary import OfficeRole, Status
from gateway.markup import safe
from tests.packs import mini

DECLARATION_XSD = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified" '
    'targetNamespace="urn:fullroute:declaration:1"><xs:element name="Declaration"/></xs:schema>'
)
OFFICES = """
[[office]]
code = "XA000001"
national_code = "0001"
country = "XA"
administration = "XA"
zone = "Asia/Shanghai"
names = { zh = "甲", en = "First" }
roles = ["departure", "exit"]
modes = ["road"]
status = "confirmed"
source = "tests"
valid_from = 2026-01-01
"""
INTAKE = 'id = "mini"\nroot = "{urn:m}M"\nconvert = "to.xsl"\nunconvert = "from.xsl"\n'
TO = mini.XSL.format('<Declaration xmlns="urn:fullroute:declaration:1"/>')
FROM = mini.XSL.format('<M xmlns="urn:m"/>')
EMPTY_RULES = mini.sch("d", "urn:fullroute:declaration:1", "d:Declaration", "1", "declaration.x")


@pytest.fixture
def root(tmp_path):
    files = {f"packs/mini/{path}": text for path, text in mini.FILES.items()}
    files |= {
        "packs/mini/cases/one/prepared.xml": "<not read",
        "declaration/v1/declaration.xsd": DECLARATION_XSD,
        "declaration/v1/rules.sch": EMPTY_RULES,
        "intake/mini/intake.toml": INTAKE,
        "intake/mini/to.xsl": TO,
        "intake/mini/from.xsl": FROM,
        "offices/xa.toml": OFFICES,
    }
    for language in ("en", "zh", "vi"):
        files[f"lang/{language}.toml"] = f'["xml.empty"]\nmessage = "{language}"\nfix = "f"\n'
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    return tmp_path


def code(call):
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value.findings[0].code, caught.value.findings[0].value


def test_a_slot_gives_everything(root):
    packs = FolderPacks(root, {"mini": {"first-things-first": False}}, 1)
    with packs.slot() as found:
        pack = found.by_administration("XB")
        assert pack is found.by_digest(pack.digest)
        assert not pack.switch("first-things-first")
        assert found.by_administration("XX") is None
        assert found.by_digest("0" * 64) is None
        assert [intake.root for intake in found.intakes] == ["{urn:m}M"]
        assert len(found.declaration.digest) == 64


def test_foreign_formats_are_converted_both_ways(root):
    with FolderPacks(root, {}, 1).slot() as found:
        (intake,) = found.intakes
        tree = safe.parse(b'<M xmlns="urn:m"/>')
        assert b"urn:fullroute:declaration:1" in intake.convert(tree)
        assert b"urn:m" in intake.unconvert(tree)


def test_offices(root):
    office = FolderPacks(root, {}, 1).offices()["XA000001"]
    assert (office.national_code, office.name(), office.name("zh")) == ("0001", "First", "甲")
    assert (frozenset({OfficeRole.DEPARTURE, OfficeRole.EXIT}), Status.CONFIRMED) == (
        office.roles,
        office.status,
    )
    assert office.serves(OfficeRole.EXIT, date(2026, 11, 23))


def test_the_catalogue_merges_our_texts_with_those_of_rules(root):
    catalogue = FolderPacks(root, {}, 1).catalogue()
    assert catalogue.text(Finding(code="xml.empty"), "vi").message == "vi"
    assert catalogue.text(Finding(code="mini.b", value="x"), "zh").message == "No: x"
    assert catalogue.text(Finding(code="declaration.x"), "en").fix == "Mend"


def test_the_catalogue_can_be_asked_while_the_only_slot_is_in_use(root):
    packs = FolderPacks(root, {}, 1)
    with packs.slot():
        assert "mini.b" in packs.catalogue().texts["en"]


def test_nothing_is_read_from_the_folder_afterwards(root):
    packs = FolderPacks(root, {}, 2)
    for path in sorted(root.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    with packs.slot() as first, packs.slot() as second:
        assert first.packs[0].digest == second.packs[0].digest


def test_a_slot_belongs_to_one_thread_at_a_time(root):
    packs = FolderPacks(root, {}, 2)
    inside: set[int] = set()
    shared: list[int] = []
    lock = threading.Lock()

    def use():
        for _ in range(40):
            with packs.slot() as found:
                with lock:
                    if id(found) in inside:
                        shared.append(id(found))
                    inside.add(id(found))
                found.packs[0].check("A", b'<A xmlns="urn:a"><Name>much too long</Name></A>')
                with lock:
                    inside.remove(id(found))

    threads = [threading.Thread(target=use) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shared == []


def test_a_slot_comes_back_after_an_error(root):
    packs = FolderPacks(root, {}, 1)
    with pytest.raises(ZeroDivisionError), packs.slot():
        1 / 0  # noqa: B018
    with packs.slot() as found:
        assert found.packs


BROKEN_PACKS = {
    "no pack.toml": ("packs/mini/pack.toml", None, "pack.missing-file", "packs/mini/pack.toml"),
    "a stylesheet": (
        "packs/mini/project/a.xsl",
        "<a",
        "pack.not-xml",
        "packs/mini/project/a.xsl",
    ),
}


@pytest.mark.parametrize(
    ("path", "text", "expected", "file"), BROKEN_PACKS.values(), ids=BROKEN_PACKS
)
def test_a_broken_pack_is_named_and_the_others_serve(root, path, text, expected, file):
    for name, content in mini.FILES.items():
        other = root / "packs/other" / name
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_text(content.replace('"mini"', '"other"').replace('"XB"', '"XC"'), "utf-8")
    if text is None:
        (root / path).unlink()
    else:
        (root / path).write_text(text, "utf-8")
    with FolderPacks(root, {}, 1).slot() as found:
        assert [(one.code, one.value) for one in found.findings] == [(expected, file)]
        assert found.by_administration("XB") is None
        assert found.by_administration("XC") is not None


BROKEN = {
    "the declaration's schema": (
        "declaration/v1/declaration.xsd",
        None,
        "pack.missing-file",
        "declaration/v1/declaration.xsd",
    ),
    "an intake format": (
        "intake/mini/intake.toml",
        "id = 1",
        "pack.wrong-kind",
        "intake/mini/intake.toml",
    ),
}


@pytest.mark.parametrize(("path", "text", "expected", "file"), BROKEN.values(), ids=BROKEN)
def test_a_broken_folder_is_named_with_its_file(root, path, text, expected, file):
    if text is None:
        (root / path).unlink()
    else:
        (root / path).write_text(text, "utf-8")

    def use():
        with FolderPacks(root, {}, 1).slot():
            pass

    assert code(use) == (expected, file)


AT_ONCE = {
    "an office's key": ("offices/xa.toml", OFFICES.replace("zone", "zoom"), "pack.unknown-key"),
    "an office's role": ("offices/xa.toml", OFFICES.replace("exit", "gate"), "pack.unknown-word"),
    "an office twice": ("offices/xb.toml", OFFICES, "pack.repeated"),
    "a text without a fix": ("lang/vi.toml", '["x.y"]\nmessage = "m"\n', "pack.missing-key"),
    "texts that are no TOML": ("lang/vi.toml", "[", "pack.not-toml"),
}


@pytest.mark.parametrize(("path", "text", "expected"), AT_ONCE.values(), ids=AT_ONCE)
def test_offices_and_texts_are_checked_at_once(root, path, text, expected):
    (root / path).write_text(text, "utf-8")
    assert code(lambda: FolderPacks(root, {}, 1)) == (expected, path)


def test_links_and_missing_folders_are_refused(root, tmp_path):
    (root / "packs/mini/link.xsl").symlink_to("/etc/hostname")
    assert code(lambda: read_folder(root)) == ("pack.not-a-file", "packs/mini/link.xsl")
    assert code(lambda: read_folder(tmp_path / "none"))[0] == "pack.no-folder"


def test_at_least_one_slot(root):
    with pytest.raises(ValueError, match="slot"):
        FolderPacks(root, {}, 0)


def test_cases_and_examples_do_not_count_for_the_digest(root):
    def digest():
        with FolderPacks(root, {}, 1).slot() as found:
            return found.packs[0].digest

    before = digest()
    (root / "packs/mini/cases/one/prepared.xml").write_text("<other", "utf-8")
    assert digest() == before


def test_the_schemas_of_this_repository_compile():
    packs = FolderPacks(schemas_root(), {}, 1)
    with packs.slot() as found:
        served = {name for pack in found.packs for name in pack.manifest.administrations}
    offices = packs.offices()
    on_a_route_alone = {"LA"}  # a named route leads there; nothing can be declared yet
    assert {office.administration for office in offices.values()} <= served | on_a_route_alone
    assert read_offices(read_folder(schemas_root())).keys() == offices.keys()


def test_slots_compiled_by_several_threads_at_once_are_whole():
    packs = FolderPacks(schemas_root(), {}, slots=2)
    start = threading.Barrier(2)
    found = []

    def compiled():
        start.wait()
        with packs.slot() as lent:
            found.append((len(lent.packs), lent.findings))

    threads = [threading.Thread(target=compiled) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shipped = sum(one.is_dir() for one in (schemas_root() / "packs").iterdir())
    assert found == [(shipped, ())] * 2
