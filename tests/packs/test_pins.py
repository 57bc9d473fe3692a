"""The release vouches for what it ships; whatever was changed afterwards serves nobody."""

from gateway.adapters.pack_folder import read_folder, schemas_root
from gateway.packs.digests import below, runs
from gateway.packs.pins import PINS, Pin, release_pins, write_pins
from gateway.packs.vouching import gather, pin_of, read_pins
from tests.packs.pack_cases import pack_folders

EVERYTHING = read_folder(schemas_root())
SHIPPED = {name: raw for name, raw in EVERYTHING.items() if runs(name)}
RELEASED = release_pins(below(EVERYTHING, "packs/"))


def test_a_list_is_read_back():
    pins = (Pin(pack="a", version="1", digest="0"), Pin(pack="b", version="2", digest="1"))
    assert read_pins(write_pins(reversed(pins))) == pins


def test_a_release_lists_every_pack_by_what_runs_of_it():
    expected = {pin_of(read_folder(folder)) for folder in pack_folders()}
    assert set(read_pins(RELEASED)) == expected
    assert len(expected) == len(pack_folders())


def test_a_checkout_carries_no_list():
    """Whoever can change a pack there can change the program as well; a stale list would lie."""
    assert not (schemas_root() / "packs" / PINS).exists()


def test_everything_shipped_is_vouched_for_by_its_own_list():
    gathered = gather({**SHIPPED, f"packs/{PINS}": RELEASED}, {}, ())
    assert gathered.unvouched == frozenset()
    assert gathered.findings == ()


def test_what_was_changed_after_the_release_serves_nobody():
    changed = {**SHIPPED, f"packs/{PINS}": RELEASED}
    changed["packs/cn/CHANGELOG.md"] += b"\nchanged\n"
    gathered = gather(changed, {}, ())
    assert gathered.unvouched == {"CN"}
    assert not any(name.startswith("packs/cn/") for name in gathered.files)
    assert any(name.startswith("packs/vn/") for name in gathered.files)
    assert {finding.code for finding in gathered.findings} == {"pack.not-pinned"}
