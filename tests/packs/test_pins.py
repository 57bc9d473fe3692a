"""The release vouches for what it ships; whatever was changed afterwards serves nobody."""

import pytest

from gateway.adapters.pack_folder import read_folder, schemas_root
from gateway.packs.digests import runs
from gateway.packs.vouching import PINS, Pin, gather, read_pins, write_pins
from tests.packs import pin

SHIPPED = {name: raw for name, raw in read_folder(schemas_root()).items() if runs(name)}


def test_a_list_is_read_back():
    pins = (Pin(pack="a", version="1", digest="0"), Pin(pack="b", version="2", digest="1"))
    assert read_pins(write_pins(reversed(pins))) == pins


def test_the_list_of_a_release_is_up_to_date():
    path = schemas_root() / "packs" / PINS
    if not path.is_file():
        pytest.skip("a checkout carries no list; python -m tests.packs.pin writes one")
    assert path.read_bytes() == pin.listed(), "run python -m tests.packs.pin"


def test_everything_shipped_is_vouched_for_by_its_own_list():
    gathered = gather({**SHIPPED, f"packs/{PINS}": pin.listed()}, {}, ())
    assert gathered.unvouched == frozenset()
    assert gathered.findings == ()


def test_what_was_changed_after_the_release_serves_nobody():
    changed = {**SHIPPED, f"packs/{PINS}": pin.listed()}
    changed["packs/cn/CHANGELOG.md"] += b"\nchanged\n"
    gathered = gather(changed, {}, ())
    assert gathered.unvouched == {"CN"}
    assert not any(name.startswith("packs/cn/") for name in gathered.files)
    assert any(name.startswith("packs/vn/") for name in gathered.files)
    assert {finding.code for finding in gathered.findings} == {"pack.not-pinned"}
