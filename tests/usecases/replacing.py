"""A new declaration in the middle of a journey, for tests of what is told from then on."""

from collections.abc import Mapping

from gateway.usecases.amend import Amendment, Reason, amend
from tests.world import World


def replaced(world: World, texts: Mapping[str, str]) -> None:
    """Replace the declaration of ``world.reference`` with other ``texts``; let it all happen."""
    new = Amendment(raw=world.declaration(texts=texts), reason=Reason(text="another"))
    key = f"k{len(world.store.events(world.reference))}"
    amend(world.ports, world.exporter, world.reference, new, idempotency_key=key)
    world.run()
