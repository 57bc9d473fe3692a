"""Packs that are compiled before anybody asks, in a process that only forks others.

Whoever is forked finds a set ready for each of its first ``slots`` questions, as long as the files
and settings it asks with are the very same; else it compiles, as it would by itself.
"""

from gateway.adapters.pack_folder import folder
from gateway.bootstrap import open_packs


def compile_ahead(slots: int) -> None:
    """Compile the shipped packs so often, for those that this process will fork."""
    really, ready = folder.compile_set, []

    def compiled(*given):
        for place, (asked, made) in enumerate(ready):
            if asked == given:
                del ready[place]
                return made
        return really(*given)

    def kept(*given):
        made = really(*given)
        ready.append((given, made))
        return made

    folder.compile_set = kept
    packs = open_packs()
    for _ in range(slots):
        packs._compiled()
    folder.compile_set = compiled
