"""An office's word is believed only where header, seal and body belong together and are its own."""

from contextlib import closing
from dataclasses import replace
from hashlib import sha256

import pytest

from gateway.audit.exchange import make_answer, read_answer_header
from gateway.domain.errors import InConflict, NotAuthentic
from gateway.usecases.deliver import deliver
from tests.world import World

LINK, OTHER = "lnk_cn00x001", "lnk_vn0003pj"


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """The first office has a message, and its answer is not posted yet."""
    with closing(World(tmp_path_factory.mktemp("receive"))) as world:
        world.movement = world.submit(world.declaration()).movement
        assert deliver(world.ports, LINK, "worker") == 1
        yield world


def _headed(world, letter, **changes):
    """The letter with another header, sealed by its own system."""
    header = replace(read_answer_header(letter.paper.content), **changes)
    return replace(letter, paper=world.town.systems[LINK].sealed(make_answer(header)))


def _altered(letter, **changes):
    """The letter with a header that was changed after it was sealed."""
    header = make_answer(replace(read_answer_header(letter.paper.content), **changes))
    return replace(letter, paper=replace(letter.paper, content=header))


def _sealed_by_another(world, letter):
    return replace(letter, paper=world.town.systems[OTHER].sealed(letter.paper.content))


FORGED = {
    "another body": (
        lambda _, letter: replace(letter, content=letter.content.replace(b"<", b" <", 1)),
        "answer.wrong-digest",
    ),
    "a header changed afterwards": (lambda _, letter: _altered(letter, id="ans_x"), "seal.wrong"),
    "sealed by another system": (_sealed_by_another, "seal.wrong"),
    "a header for another link": (
        lambda world, letter: _headed(world, letter, link=OTHER),
        "answer.other-link",
    ),
    "an office of another link": (
        lambda world, letter: _headed(world, letter, office="VN0003PJ"),
        "answer.other-link",
    ),
}


@pytest.mark.parametrize(("forge", "code"), FORGED.values(), ids=FORGED.keys())
def test_what_is_not_the_office_s_own_word_changes_nothing(begun, tmp_path, forge, code):
    with closing(begun.copied(tmp_path)) as world:
        letter = world.town.letter(world.town.answers[0])
        with pytest.raises(NotAuthentic) as refused:
            forge(world, letter).hand_in(world.ports)
        assert [one.code for one in refused.value.findings] == [code]
        assert world.store.answers(world.movement) == ()
        letter.hand_in(world.ports)
        assert len(world.store.answers(world.movement)) == 1


def test_another_answer_under_an_id_that_was_used_is_no_repeat(begun, tmp_path):
    """Its office would take the receipt of the first for that of the second, which nobody read."""
    with closing(begun.copied(tmp_path)) as world:
        letter = world.town.letter(world.town.answers[0])
        letter.hand_in(world.ports)
        other = letter.content + b"\n"
        told = replace(letter, content=other)
        with pytest.raises(InConflict) as refused:
            _headed(world, told, digest=sha256(other).hexdigest()).hand_in(world.ports)
        assert [one.code for one in refused.value.findings] == ["answer.id-reused"]
        assert len(world.store.answers(world.movement)) == 1
