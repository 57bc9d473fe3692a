"""What a lane at a gate says to a truck, as the people there would explain it: go, stop or refer.

Written from the issue: go only if every movement on the trip is released for this point, the
manifest accepted, plates and seals match, weight within tolerance, papers and pre-declaration
unexpired, no hold, quarantine done; a missing fact is refer. Which procedure has to be let go, and
which announces a truck, depends on where the gate is (formats.md 1.6, 5, 6).
"""

from tests.lifecycle.model import Movement

GONE = ("released", "closed")
TAKEN = ("accepted", "under-control", "not-released", *GONE)
HELD = ("under-control", "not-released", "refused")
NEVER = ("planned", "invalidated", "refused")
"""What announces nothing; what was only lodged is not known yet."""

RELEASED = {
    ("exit", "CN"): ("export",),
    ("exit", "VN"): ("export",),
    ("entry", "VN"): ("export", "transport", "gate"),
    ("entry", "CN"): ("export", "exit", "gate"),
}
"""Procedures that let goods go on, by the part and the country of a gate.

China clears imports inland: at its gate it counts that they left Viet Nam.
"""

ANNOUNCED = {
    ("exit", "CN"): ("exit",),
    ("exit", "VN"): ("export",),
    ("entry", "VN"): ("transport", "gate"),
    ("entry", "CN"): ("entry",),
}
"""Procedures by which a gate knows of the truck; Viet Nam is told of one that leaves only then."""

OWN = {
    (True, "CN"): ("export", "exit"),
    (True, "VN"): ("transport", "import"),
    (False, "VN"): ("export", "exit"),
    (False, "CN"): ("entry", "import"),
}
"""What a country decides itself, of goods that go south or not; another's control stays there."""

ORDER = ("go", "refer", "stop")
"""What weighs most counts."""


def heaviest(words: list[str]) -> str:
    return max(words, key=ORDER.index, default="go")


def says(model: Movement, truck: str, gate: str, role: str) -> str:
    """What the goods of one declaration on a truck make a gate say, whatever is read there."""
    country, states = gate[:2], model.states
    own = OWN[model.south, country]
    against = (
        model.way[role] != gate,
        model.truck_did({"exit": "exited", "entry": "entered"}[role], truck),
        bool(set(HELD) & {states[one] for one in own}),
        model.came_back(truck) or model.asking or model.withdrawn or model.unpresented,
        any(states[one] not in GONE for one in RELEASED[role, country]),
        any(states[one] in NEVER for one in ANNOUNCED[role, country]),
        model.quarantined(country, truck) == "held",
    )
    unknown = (
        any(states[one] == "lodged" for one in ANNOUNCED[role, country]),
        not model.south and not model.quarantined(country, truck),
    )
    return "stop" if any(against) else "refer" if any(unknown) else "go"
