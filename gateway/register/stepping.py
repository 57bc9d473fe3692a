"""How a movement's step is written: its next version, its events, what they make owed."""

from collections.abc import Iterable

from gateway.domain.event import Event
from gateway.pipeline.advance import Advanced
from gateway.register.load import Loaded
from gateway.register.owing import Owing, owe
from gateway.register.writing import Writing, write_events, write_movement


def write_step(
    writing: Writing, loaded: Loaded, events: Iterable[Event], advanced: Advanced
) -> tuple[str, ...]:
    """Write what ``events`` (with those that ``advanced`` adds) lead to; return links to knock."""
    movement = advanced.movement
    write_movement(writing, loaded.record, movement)
    write_events(writing, movement, events)
    owing = Owing(
        declaration=loaded.declaration,
        trust=writing.ports.store.trust(loaded.record.tenant),
        before={message.id: message for message in loaded.messages},
    )
    return owe(writing, advanced, owing)
