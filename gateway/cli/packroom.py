"""What the pack commands do, behind :mod:`gateway.cli.packs`."""

import base64
import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gateway import bootstrap
from gateway.cli.files import write_files
from gateway.cli.output import shown
from gateway.domain.errors import InConflict, Misconfigured, NotFound
from gateway.domain.finding import LANGUAGES, Finding, Refusal
from gateway.packs.check import Report
from gateway.packs.meaning import Meaning, meanings, names
from gateway.packs.pins import Pin
from gateway.packs.scaffold import new_pack
from gateway.packs.vouching import Lying, pin_of, read_head
from gateway.ports import Shelf
from gateway.settings import Settings, load_settings

Shape = dict[str, Any]

_PACK = re.compile(r"[a-z][a-z0-9-]{1,30}")
_ADMINISTRATION = re.compile(r"[A-Z]{2}")
_CAPS = {"rule": "must hold", "message": "owed on"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One pack and what checking it came to."""

    folder: Lying
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One pack at hand, and who vouches for it."""

    folder: Lying
    vouched: str


def _settings(data: Path | None) -> Settings:
    return load_settings(data=data)


def _shelf(data: Path | None) -> Shelf:
    return bootstrap.open_shelf(_settings(data))


def known_packs(data: Path | None) -> list[Known]:
    """Return the shipped packs and those of the data folder."""
    shelf = _shelf(data)
    pinned = {pin.digest for pin in shelf.pins()}
    found = [Known(folder=one, vouched="release") for one in shelf.shipped()]
    others, findings = shelf.others()
    if findings:
        raise Misconfigured(*findings)
    for one in others:
        try:
            vouched = "operator" if pin_of(one.files).digest in pinned else "nobody"
        except Refusal:
            vouched = "broken"
        found.append(Known(folder=one, vouched=vouched))
    return found


def pack_shape(known: Known) -> Shape:
    """Return one line of the list; a pack that cannot be read has only its name."""
    try:
        manifest = read_head(known.folder.files)
    except Refusal as refusal:
        blank = dict.fromkeys(("pack", "version", "serves", "valid_from", "valid_to", "status"), "")
        return {"name": known.folder.name, **blank, "vouched": f"broken: {refusal}"}
    return {
        "name": known.folder.name,
        "pack": manifest.pack,
        "version": manifest.version,
        "title": manifest.title,
        "serves": ", ".join(manifest.administrations),
        "valid_from": manifest.valid_from.isoformat(),
        "valid_to": manifest.valid_to.isoformat() if manifest.valid_to else "",
        "status": manifest.status.value,
        "source": manifest.source,
        "vouched": known.vouched,
        "digest": pin_of(known.folder.files).digest,
        "folder": known.folder.folder,
    }


def find(name: str, data: Path | None) -> Lying:
    """Return the pack in that folder, or of that name.

    Raises:
        NotFound: ``pack.unknown-pack``.
    """
    if Path(name).is_dir():
        return _shelf(data).read(name)
    known = [one.folder for one in known_packs(data)]
    found = next((one for one in known if one.name == name), None)
    if found is None:
        args = (("known", ", ".join(one.name for one in known)),)
        raise NotFound(Finding(code="pack.unknown-pack", value=name, args=args))
    return found


def chosen(packs: list[str], data: Path | None) -> list[Lying]:
    """Return the packs named, or all that were shipped."""
    return [find(one, data) for one in packs] if packs else list(_shelf(data).shipped())


# ------------------------------------------------------------------ new


def make_pack(name: str, administration: str, folder: Path) -> tuple[Path, list[str]]:
    """Write a new pack; return its folder and the names of its files.

    Raises:
        Misconfigured: ``pack.bad-name``.
        InConflict: ``pack.exists``.
    """
    for what, value, form in (
        ("pack", name, _PACK),
        ("administration", administration, _ADMINISTRATION),
    ):
        if not form.fullmatch(value):
            raise Misconfigured(Finding(code="pack.bad-name", value=value, args=(("what", what),)))
    if folder.exists() and any(folder.iterdir()):
        raise InConflict(Finding(code="pack.exists", value=str(folder)))
    files = new_pack(name, administration)
    write_files(folder, files.items())
    return folder, sorted(files)


# ------------------------------------------------------------------ check


def checked(pack: Lying, *, write: bool = False) -> Checked:
    """Check one pack; with ``write`` its goldens are written first, as far as they can be made."""
    shelf = _shelf(None)
    report = shelf.check(pack.files)
    if write and any(case.goldens for case in report.cases):
        for case in report.cases:
            made = ((name, base64.b64decode(text)) for name, text in case.goldens)
            write_files(Path(pack.folder) / "cases" / case.name, made)
        pack = shelf.read(pack.folder)
        report = shelf.check(pack.files)
    return Checked(folder=pack, report=report)


def report_shape(checked: Checked, lang: str) -> Shape:
    """Return a report as faces tell it."""
    report, texts = checked.report, bootstrap.open_texts()

    def told(findings: Iterable[Finding]) -> list[Shape]:
        return [shown(one, texts, lang) for one in findings]

    return {
        "name": checked.folder.name,
        "folder": checked.folder.folder,
        "pack": report.pack,
        "version": report.version,
        "digest": report.digest,
        "messages": report.messages,
        "answers": report.answers,
        "rules": report.rules,
        "cases": len(report.cases),
        "failed": sum(1 for case in report.cases if case.findings),
        "verdict": "fit" if report.fit else "unfit",
        "findings": told(report.findings),
        "tried": [
            {"name": case.name, "tries": case.tries, "findings": told(case.findings)}
            for case in report.cases
        ],
    }


def report_lines(shapes: Iterable[Shape], *, remarks: bool) -> Iterator[str]:
    """Yield one line a fault, as compilers do: place, code, sentence; remedies below."""
    for shape in shapes:
        cases = [one for case in shape["tried"] for one in case["findings"]]
        findings = [*shape["findings"], *cases]
        mild = [one for one in findings if one["severity"] in ("warning", "information")]
        for one in findings:
            if one not in mild or remarks:
                line = f":{one['line']}" if one["line"] else ""
                yield f"{shape['folder']}/{one['value']}{line}: {one['severity']}: {one['code']}"
                yield from (f"  {text}" for text in (one["message"], one["fix"]) if text)
        if mild and not remarks:
            yield f"{shape['name']}: {len(mild)} remarks, told with --remarks"


# ------------------------------------------------------------------ explain, diff, pin


def explained(name: str, data: Path | None) -> list[Shape]:
    """Return what a name means, in every pack that knows it and among the gateway's own codes.

    Raises:
        NotFound: ``pack.unknown-name``.
    """
    with bootstrap.open_packs(_settings(data)).slot() as packs:
        found = [one for pack in packs.packs for one in meanings(pack, name)]
        every = [one for pack in packs.packs for one in names(pack)]
    texts = bootstrap.open_texts().texts
    own = {lang: text for lang in LANGUAGES if (text := texts.get(lang, {}).get(name))}
    if own:
        found.append(_finding_meaning(name, {k: f"{t.message} || {t.fix}" for k, t in own.items()}))
    if not found:
        near = difflib.get_close_matches(name, [*every, *texts.get("en", {})], n=3, cutoff=0.4)
        args = (("nearest", ", ".join(near) or "-"),)
        raise NotFound(Finding(code="pack.unknown-name", value=name, args=args))
    return [{**asdict(one), "texts": dict(one.texts), "more": dict(one.more)} for one in found]


def _finding_meaning(name: str, texts: dict[str, str]) -> Meaning:
    return Meaning(
        kind="finding",
        name=name,
        pack="gateway",
        file="lang",
        line=None,
        status="",
        source="",
        texts=tuple(texts.items()),
    )


def meaning_lines(shape: Shape) -> str:
    """Return one meaning as a paragraph."""
    place = f"{shape['file']}:{shape['line']}" if shape["line"] else shape["file"]
    lines = [f"{shape['kind']} {shape['name']}  ({shape['pack']}, {place})"]
    for lang, text in shape["texts"].items():
        message, _, fix = text.partition(" || ")
        lines += [f"  {lang}  {message}"] + ([f"      {fix}"] if fix else [])
    told = {**shape["more"], "status": shape["status"], "source": shape["source"]}
    lines += [f"  {key + ':':<18} {value}" for key, value in told.items() if value]
    return "\n".join(lines)


def compared(old: str, new: str, data: Path | None) -> list[Shape]:
    """Return what changes from one pack to another."""
    before, after = find(old, data), find(new, data)
    found = _shelf(data).compare(before.files, after.files)
    return [{**asdict(one), "whom": ", ".join(one.whom)} for one in found]


def pinned(folder: Path, data: Path | None) -> tuple[Checked, str]:
    """Vouch for a pack if it is fit; return its report and where it lies now (empty: unfit)."""
    settings = _settings(data)
    if not settings.data.is_dir():
        where = str(settings.data)
        args = (("folder", where),)
        raise Misconfigured(Finding(code="settings.no-data-folder", value=where, args=args))
    shelf = bootstrap.open_shelf(settings)
    pack = shelf.read(str(folder))
    report = shelf.check(pack.files)
    done = Checked(folder=pack, report=report)
    if not report.fit:
        return done, ""
    pin = Pin(pack=report.pack, version=report.version, digest=report.digest)
    return done, shelf.pin(pin, pack.files)
