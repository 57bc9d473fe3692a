"""Write the release's list of pins: ``python -m tests.packs.pin``.

Run when a release is made, before the wheel is built. A checkout carries none: whoever can change
a pack there can change the program as well.
"""

import sys

from gateway.adapters.pack_folder import read_folder, schemas_root
from gateway.packs.vouching import PINS, pin_of, write_pins
from tests.packs.pack_cases import pack_folders


def listed() -> bytes:
    """Return the list as it is now."""
    return write_pins(pin_of(read_folder(folder)) for folder in pack_folders())


def main() -> None:
    path = schemas_root() / "packs" / PINS
    path.write_bytes(listed())
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
