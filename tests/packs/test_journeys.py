"""Journeys played with the simulated offices: everybody is told what was written down."""

import tomllib

import pytest

from gateway.packs.pack import compile_pack
from tests.packs.journeys import JOURNEYS, texts_of
from tests.packs.journeys.played import packs_for, play, shipped
from tests.packs.mutations import mutants, spelled


@pytest.mark.parametrize("name", JOURNEYS)
def test_journey(name):
    journey = JOURNEYS[name]
    kept = {one.stem: one.read_text("utf-8") for one in texts_of(name).glob("*.txt")}
    assert play(journey, packs_for(journey)) == kept


def test_a_changed_policy_is_told_otherwise():
    """Without this, a journey that looks at nothing would pass for every mutant."""
    journey = JOURNEYS["south"]
    (cn,) = [one for one in shipped().packs if one.manifest.pack == "cn"]
    wanted = "message MT4402: on cleared"
    (mutant,) = [one for one in mutants(cn.files) if one.done == wanted]
    changed = compile_pack({**cn.files, mutant.file: mutant.raw}, {})
    assert play(journey, packs_for(journey, changed)) != play(journey, packs_for(journey))


def test_a_pack_written_anew_says_the_same():
    for pack in shipped().packs:
        document = tomllib.loads(pack.files["pack.toml"].decode())
        assert tomllib.loads(spelled(document)) == document
