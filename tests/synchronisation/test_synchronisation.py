"""Every cell of the table says something, every case holds for table and packs, mutants die."""

from dataclasses import replace

import pytest

from gateway.domain.event import EventKind
from gateway.domain.finding import Refusal
from gateway.domain.itinerary import OfficeRole
from gateway.packs.manifest import To, read_manifest
from gateway.packs.synchronisation import obey
from tests.packs.pack_cases import pack_folders
from tests.synchronisation import mutants, written
from tests.synchronisation.cases import CASES
from tests.synchronisation.ways import by_packs, by_table, rows_of
from tests.world import shipped_packs

TABLE = written.shipped_table()
SWITCHED_OFF = ("GatePass", "IDD", "EDD")
"""Messages that the packs own and do not send unless settings turn them on."""


def speaks(silence, cell):
    named = (silence.events, silence.administrations, silence.roles)
    return all(not words or one in words for one, words in zip(cell, named, strict=True))


def test_every_cell_says_something():
    unsaid = [
        " / ".join(cell)
        for cell in TABLE.cells()
        if not rows_of(TABLE, cell) and not any(speaks(one, cell) for one in TABLE.silences)
    ]
    assert unsaid == []


def test_every_silence_is_the_reason_of_some_cell():
    quiet = [cell for cell in TABLE.cells() if not rows_of(TABLE, cell)]
    reasons = {next(one.why for one in TABLE.silences if speaks(one, cell)) for cell in quiet}
    assert [one.why for one in TABLE.silences if one.why not in reasons] == []


@pytest.mark.parametrize("name", CASES)
def test_the_table_says_so(name):
    case = CASES[name]
    assert sorted(by_table(TABLE, case.occasion).elements()) == sorted(case.told)


def test_the_packs_send_so():
    with shipped_packs().slot() as packs:
        for name, case in CASES.items():
            sent = sorted(by_packs(packs, case.occasion).elements())
            on = [one for one in case.told if not one.endswith(SWITCHED_OFF)]
            assert sent == sorted(on), name


def test_every_row_has_a_case():
    told = {one.split()[1] for case in CASES.values() for one in case.told}
    assert {row.message for row in (*TABLE.rows, *TABLE.disclosures)} == told


@pytest.mark.parametrize("folder", pack_folders(), ids=lambda one: one.name)
def test_every_pack_obeys(folder):
    obey(TABLE, read_manifest((folder / "pack.toml").read_bytes()))


def _without_crossing(table):
    return replace(table, rows=[one for one in table.rows if one.message != "CrossingNotice"])


DISAGREEING = {
    "a message the table does not know": _without_crossing,
    "a message it wants to go to others": lambda table: _changed(
        table, "MT4402", roles=(OfficeRole.ENTRY,)
    ),
    "at another time": lambda table: _changed(table, "MT4402", events=(EventKind.RELEASED,)),
    "to those who were told only": lambda table: _changed(table, "MT2401-5", whom=To.TOLD),
    "by other modes": lambda table: _changed(table, "MT4402", by=()),
    "once an administration": lambda table: _changed(table, "MT4402", once=True),
}


def _changed(table, message, **changes):
    rows = (replace(one, **changes) if one.message == message else one for one in table.rows)
    return replace(table, rows=tuple(rows))


@pytest.mark.parametrize("change", DISAGREEING.values(), ids=DISAGREEING)
def test_a_pack_that_says_otherwise_is_refused(change):
    (folder,) = [one for one in pack_folders() if one.name == "cn"]
    manifest = read_manifest((folder / "pack.toml").read_bytes())
    with pytest.raises(Refusal) as caught:
        obey(change(TABLE), manifest)
    assert [one.code for one in caught.value.findings] == ["pack.against-synchronisation"]


def test_the_page_is_the_table():
    assert written.page().read_text("utf-8") == written.text(TABLE)


@pytest.mark.full
def test_the_cases_notice_changed_rows():
    total, alive = mutants.score()
    assert len(alive) <= (1 - mutants.LEAST) * total, alive
