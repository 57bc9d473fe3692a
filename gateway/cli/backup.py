"""``fullroute backup``, ``restore``, ``migrate``, ``accept-older``: care for what is stored."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import output
from gateway.cli.exits import Exit
from gateway.cli.options import FolderOptions


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.command()(backup)
    app.command()(restore)
    app.command()(migrate)
    app.command()(accept_older)


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="An empty folder, or none yet.")],
    *,
    without_database: Annotated[
        bool, typer.Option("--without-database", help="For PostgreSQL: pg_dump copies that.")
    ] = False,
    options: FolderOptions,
) -> None:
    """Copy database, keys, settings and packs at one moment, while everything runs.

    DIR then holds private keys: keep it as safe as the data folder. A manifest names every file
    with its SHA-256. A database on PostgreSQL is copied by pg_dump; take the rest after it.

    Example:
      fullroute backup /srv/backup/monday
    """
    from gateway.caretaking import back_up
    from gateway.settings import load_settings

    made = back_up(load_settings(data=options.data), folder, with_database=not without_database)
    if options.json:
        output.print_json({"folder": str(folder), **asdict(made)})
        return
    log = f", {made.entries} log entries under {made.root[:16]}…" if made.with_database else ""
    output.note(f"{folder} holds {made.files} files{log}.")


def restore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="What backup made.")],
    *,
    options: FolderOptions,
) -> None:
    """Put a backup back into an empty data folder and verify its log. Exit code 9 if it differs.

    Messages that went out after the backup go again; offices know them by their ids and answer with
    the receipts they gave. Movements accepted after it are gone. That a newer state existed cannot
    be proved from receipts yet: they do not countersign the log.

    Nothing is put back where settings or environment name another database or keys folder
    (backup.settings-elsewhere). Without the database in it no entry of the log tells of this.

    Example:
      fullroute restore /srv/backup/monday --data ./fullroute-data
    """
    from gateway import caretaking
    from gateway.cli.folder import open_folder, operator
    from gateway.settings import load_settings
    from gateway.usecases.audit import verify_log
    from gateway.usecases.setup import note_restored

    target = load_settings(data=options.data).data
    put = caretaking.restore(folder, target)
    if not put.with_database:
        _without_log({"data": str(target), **asdict(put), "errors": []}, options)
        return
    with open_folder(target) as gateway:
        report = verify_log(gateway.ports)
        texts = gateway.ports.packs.catalogue()
        findings = [output.shown(one, texts, options.lang) for one in report.findings]
        if not findings:
            tenant = operator(gateway.ports).tenant
            note_restored(gateway.ports, tenant, put.made_at, entries=put.entries, root=put.root)
    if options.json:
        output.print_json({"data": str(target), **asdict(put), "errors": findings})
    else:
        output.print_findings(findings)
        output.note(f"{target} is as of {put.made_at}: {report.size} log entries verified.")
    if findings:
        raise typer.Exit(Exit.NOT_VERIFIED)


def _without_log(told: Mapping[str, object], options: FolderOptions) -> None:
    """Say what is left to do; the log is in a database that may not even be there yet."""
    if options.json:
        output.print_json(told)
        return
    output.note(
        f"{told['data']} has keys, settings and packs as of {told['made_at']}. The database is "
        "yours to restore (fullroute config says which one is used here); no entry of its log "
        "tells of this. Then run fullroute audit verify."
    )


def migrate(*, options: FolderOptions) -> None:
    """Bring the database to this program's version; take a backup first.

    Changes only add: programs of the version before go on working until they are stopped.

    Example:
      fullroute migrate
    """
    from gateway import caretaking
    from gateway.settings import load_settings

    settings = load_settings(data=options.data)
    version = caretaking.migrate(settings)
    if options.json:
        output.print_json({"database": version})
    else:
        output.note(f"The database is at revision {version}.")


def accept_older(
    *,
    reason: Annotated[str, typer.Option(help="Why: kept in the log.")],
    options: FolderOptions,
) -> None:
    """Go on with a database that is older than what was seen from this data folder.

    Programs refuse it (database.rolled-back) until somebody says that the newer one is lost. The
    log is verified first and the decision is an entry of it; where it differs (exit code 9) nothing
    is accepted. Run it on every machine that refuses.

    Example:
      fullroute accept-older --reason "Monday's backup is all there is"
    """
    from gateway import caretaking
    from gateway.bootstrap import open_gateway
    from gateway.cli.folder import operator
    from gateway.domain.act import check_reason
    from gateway.settings import load_settings
    from gateway.usecases.audit import verify_log
    from gateway.usecases.setup import note_older

    check_reason(reason, "accept-older")
    settings = load_settings(data=options.data)
    with open_gateway(settings, wakeup=False, witness=False) as gateway:
        ports = gateway.ports
        seen = caretaking.went_back(settings, ports.store)
        report = verify_log(ports)
        texts = ports.packs.catalogue()
        findings = [output.shown(one, texts, options.lang) for one in report.findings]
        if not findings:
            note_older(ports, operator(ports).tenant, reason, seen=seen, found=report.size)
            caretaking.accept_older(settings, ports.store)
    if options.json:
        told = {"accepted": not findings, "seen": seen, "found": report.size, "errors": findings}
        output.print_json(told)
    elif not findings:
        output.note(f"{seen} entries were seen; the log goes on from {report.size}.")
    else:
        output.print_findings(findings)
        output.note("The log does not hold: nothing was accepted, and programs go on refusing it.")
    if findings:
        raise typer.Exit(Exit.NOT_VERIFIED)
