"""Draw the state machines into ``gateway/README.md`` from the tables of allowed steps.

``python -m tests.domain.diagrams`` rewrites what stands between the two markers.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path

from gateway.domain.movement_state import MOVEMENT_STEPS, OVER, MovementState, steps_from
from gateway.domain.procedure import PROCEDURE_STEPS, ProcedureState
from gateway.domain.stop_state import STOP_STEPS, StopState
from gateway.domain.trip_state import TRIP_STEPS, TripState

BEGIN = "<!-- states: begin (written by tests.domain.diagrams) -->"
END = "<!-- states: end -->"
DETOURS = (MovementState.TURNED_BACK, MovementState.ENQUIRY)
README = Path(__file__).resolve().parents[2] / "gateway" / "README.md"


def direct(steps: Mapping[StrEnum, Iterable[StrEnum]]) -> Iterator[tuple[StrEnum, StrEnum]]:
    """Yield the steps that skip no state between."""
    for state, reached in steps.items():
        for then in reached:
            if not any(then in steps[between] for between in reached if between != then):
                yield state, then


def movement_arrows() -> Iterator[tuple[str, str, str]]:
    """Yield from, to and why; what skips a state that lies between is left out."""
    order = list(MovementState)
    reaches = {state: set(MOVEMENT_STEPS[state].values()) for state in MovementState}
    for state in MovementState:
        for then in sorted(reaches[state], key=order.index):
            between = order[order.index(state) + 1 : order.index(then)]
            between = [one for one in between if one not in DETOURS]
            if not any(one in reaches[state] and then in reaches[one] for one in between):
                kinds = [kind for kind, to in MOVEMENT_STEPS[state].items() if to is then]
                yield state, then, " or ".join(kinds)
    yield from ((one, "[*]", "") for one in MovementState if one in OVER)


def trip_arrows() -> Iterator[tuple[str, str, str]]:
    """Yield from, to and why; from where it has not left only the next states are drawn."""
    nearest = {
        TripState.PLANNED: {TripState.IN_YARD, TripState.UNDER_WAY},
        TripState.IN_YARD: {TripState.UNDER_WAY},
    }
    for state in TripState:
        steps = TRIP_STEPS[state]
        for then in dict.fromkeys(steps.values()):
            kinds = [kind for kind, to in steps.items() if to is then]
            if then is not state and then in nearest.get(state, {then}):
                yield state, then, " or ".join(kinds)


def diagram(arrows: Iterable[tuple[str, str, str]], first: Iterable[str]) -> list[str]:
    """Return one mermaid block."""
    lines = ["```mermaid", "stateDiagram-v2"]
    arrows = [*(("[*]", one, "") for one in first), *arrows]
    named = dict.fromkeys(one for a, b, _ in arrows for one in (a, b) if "-" in one)
    lines += [f'    state "{one}" as {_id(one)}' for one in named]
    for state, then, why in arrows:
        lines.append(f"    {_id(state)} --> {_id(then)}" + (f": {why}" if why else ""))
    return [*lines, "```", ""]


def _id(state: str) -> str:
    return str(state).replace("-", "_")


def drawn() -> str:
    """Return what the README holds between the markers."""
    procedure = sorted(
        direct(PROCEDURE_STEPS), key=lambda one: [*map(list(ProcedureState).index, one)]
    )
    stops = [
        (state, then, " or ".join(kind for kind, to in STOP_STEPS[state].items() if to is then))
        for state in StopState
        for then in dict.fromkeys(STOP_STEPS[state].values())
        if state is not StopState.EXPECTED or then is StopState.ARRIVED
    ]
    endings = steps_from(MovementState.LODGED).keys() - MOVEMENT_STEPS[MovementState.LODGED].keys()
    return "\n".join(
        [
            "A movement, as a person reads it (news of a later state skips those between; from",
            f"every state {' and '.join(sorted(endings))} lead to the state of that name):",
            "",
            *diagram(movement_arrows(), (MovementState.PRELODGED, MovementState.LODGED)),
            "A procedure (only direct steps are drawn; news that was missed is skipped over):",
            "",
            *diagram(((a, b, "") for a, b in procedure), (ProcedureState.PLANNED,)),
            "A stop, moved only by what happened at its office (from *expected* every step of",
            "*arrived* counts as well, for a gate may tell nothing):",
            "",
            *diagram(stops, (StopState.EXPECTED,)),
            "A trip, moved by what happened where it is or further on (later news skips what lies",
            "between; it is completed or cancelled when every movement aboard is):",
            "",
            *diagram(trip_arrows(), (TripState.PLANNED,)),
        ]
    )


def written(page: str) -> str:
    """Return the page with the diagrams as the tables have them."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n\n{drawn()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    README.write_text(written(README.read_text("utf-8")), "utf-8")
    sys.stdout.write(f"{README.name}\n")
