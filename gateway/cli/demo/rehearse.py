"""One run from the first key to the last receipt."""

from collections.abc import Callable
from contextlib import ExitStack

from gateway import bootstrap
from gateway.cli.demo.cast import Cast, cast
from gateway.cli.demo.run import Played, Run, Wish
from gateway.cli.demo.setting import Setting, engage, parties_folder, set_stage
from gateway.cli.demo.stage import Watch
from gateway.cli.demo.troupe import Troupe
from gateway.cli.signing import own_signer, sign_document

START_SECONDS = 30.0
FAREWELL_SECONDS = 0.3
"""How long the programs may take to stop once the story has ended: nothing is under way any more,
and what counts is in the database.
"""


def rehearse(wish: Wish, troupe: Troupe, watch: Watch, tell: Callable[[Played], None]) -> Played:
    """Play the whole story.

    1. make the data folder, start the broker in it, let gateway and worker go
    2. read and check the declaration, register who takes part, let the sandbox go
    3. sign, submit, watch, and ``tell`` what came of it
    """
    folder, programs = troupe.folder, troupe.programs
    setting = set_stage(folder)
    with ExitStack() as stack:
        stack.enter_context(bootstrap.broker(setting.settings))
        troupe.gateway.release()
        troupe.worker.release()
        gateway = stack.enter_context(bootstrap.open_gateway(setting.settings, wakeup=False))
        ports = gateway.ports
        parts = cast(ports, wish.file)
        actors = engage(ports, setting, parts, wish.kind)
        troupe.sandbox.release()
        raw = _signed(setting, parts)
        (folder / "declaration.xml").write_bytes(raw)
        programs.wait_until(lambda: _ready(troupe), START_SECONDS, "gateway and sandbox")
        watch.mark("started")
        run = Run(
            wish=wish,
            setting=setting,
            cast=parts,
            actors=actors,
            programs=programs,
            watch=watch,
            clock=ports.clock,
        )
        played = run.play(raw)
        tell(played)
        if wish.keep_running:
            run.keep()
        programs.stop(FAREWELL_SECONDS)  # before the broker goes
        return played


def _ready(troupe: Troupe) -> bool:
    return "listening" in troupe.gateway.said() and "sandbox ready" in troupe.sandbox.said()


def _signed(setting: Setting, parts: Cast) -> bytes:
    """Sign the declaration with the exporter's own key; a foreign format goes as it is."""
    if parts.exporter is None or b"Signature" in parts.raw:
        return parts.raw
    folder = parties_folder(setting).keys_folder
    pair = (
        (folder / "exporter.key.pem").read_bytes(),
        (folder / "exporter.cert.pem").read_bytes(),
    )
    return sign_document(parts.raw, own_signer(pair))
