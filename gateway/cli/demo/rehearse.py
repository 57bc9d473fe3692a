"""One run from the first key to the last receipt."""

from contextlib import ExitStack
from pathlib import Path

from gateway import bootstrap
from gateway.cli.demo.cast import Cast, cast
from gateway.cli.demo.run import Played, Run, Wish
from gateway.cli.demo.setting import engage, next_folder, parties_folder, set_stage
from gateway.cli.demo.stage import Watch
from gateway.cli.programs import Programs
from gateway.cli.signing import own_signer, sign_document

START_SECONDS = 30.0


def rehearse(wish: Wish) -> Played:
    """Play the whole story; nothing runs any more when it returns or raises."""
    watch = Watch()
    folder = wish.data or next_folder(Path.cwd())
    folder.mkdir(parents=True, exist_ok=True)
    setting = set_stage(folder)
    with ExitStack() as stack:
        stack.enter_context(bootstrap.broker(setting.settings))
        programs = stack.enter_context(Programs(folder / "logs"))
        programs.start("gateway", "gateway.api", "--data", str(folder))
        programs.start("worker", "workers", "--data", str(folder))
        gateway = stack.enter_context(bootstrap.open_gateway(setting.settings, wakeup=False))
        ports = gateway.ports
        parts = cast(ports, wish.file)
        actors = engage(ports, setting, parts, wish.kind)
        raw = _signed(setting, parts)
        (folder / "declaration.xml").write_bytes(raw)
        sandbox = programs.start(
            "sandbox", "gateway.sandbox", "--spec", str(folder / "sandbox" / "spec.json")
        )
        heard = programs.running[0]
        programs.wait_until(
            lambda: "listening" in heard.said() and "sandbox ready" in sandbox.said(),
            START_SECONDS,
            "gateway and sandbox",
        )
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
        if wish.keep_running:
            run.keep()
        return played


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
