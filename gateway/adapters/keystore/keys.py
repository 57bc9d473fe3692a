"""The port: signers and seals out of a folder, read once and kept as objects.

Reading an RSA key costs 31 ms, so files are read again only when the folder changed; a new key or a
rotated seal then needs no restart. A file that is wrong costs its own key only.
"""

import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from types import MappingProxyType

from gateway.adapters.keystore.files import (
    CERTIFICATE_SUFFIX,
    KEY_SUFFIX,
    SEAL_PREFIX,
    Seal,
    WrongFile,
    read_seal,
    read_signer,
)
from gateway.adapters.keystore.signer import FileSigner
from gateway.domain.errors import Misconfigured, NotFound
from gateway.domain.finding import Finding, Severity

_Seen = tuple[int, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Loaded:
    """Everything read from the folder at one time. ``seals`` are newest first."""

    seen: _Seen
    seals: tuple[Seal, ...]
    signers: Mapping[str, FileSigner]
    findings: tuple[Finding, ...]


class FileKeys:
    """The keys in ``folder``; implements :class:`gateway.ports.Keys`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loading = Lock()
        self._loaded = _load(folder)

    def _current(self) -> _Loaded:
        if _changed(self._folder) != self._loaded.seen:
            with self._loading:
                if _changed(self._folder) != self._loaded.seen:
                    self._loaded = _load(self._folder)
        return self._loaded

    def _afresh(self) -> _Loaded:
        """Read again what was wrong: a mended permission does not change the folder."""
        with self._loading:
            self._loaded = _load(self._folder)
        return self._loaded

    def signer(self, key: str) -> FileSigner:
        """Return the signer of that name.

        Raises:
            NotFound: no such key.
            Misconfigured: there is one, and its files are wrong.
        """
        loaded = self._current()
        if key not in loaded.signers and _about(loaded, key):
            loaded = self._afresh()
        if (signer := loaded.signers.get(key)) is not None:
            return signer
        if wrong := _about(loaded, key):
            raise Misconfigured(*wrong)
        raise NotFound(Finding(code="key.unknown", value=key))

    def names(self) -> tuple[str, ...]:
        """Return the names of the party keys that can sign, sorted."""
        return tuple(sorted(self._current().signers))

    def seal(self, content: bytes) -> str:
        """Return ``<key id>:<base64 Ed25519 signature>`` of the newest seal key.

        Raises:
            Misconfigured: there is no seal key.
        """
        loaded = self._current()
        if not loaded.seals:
            loaded = self._afresh()
        if not loaded.seals:
            raise Misconfigured(Finding(code="key.no-seal"), *loaded.findings)
        newest = loaded.seals[0]
        return f"{newest.id}:{b64encode(newest.private.sign(content)).decode()}"

    def seal_keys(self) -> Mapping[str, bytes]:
        """Return the public seal keys by id, raw 32 bytes, newest first."""
        return {seal.id: seal.public for seal in self._current().seals}

    def findings(self, at: datetime) -> tuple[Finding, ...]:
        """Return what is wrong with the folder at that time, expired certificates included."""
        loaded = self._afresh()
        expired = [
            Finding(
                code="key.certificate-expired",
                severity=Severity.WARNING,
                value=name + CERTIFICATE_SUFFIX,
                args=(("until", signer.valid_to.date().isoformat()),),
            )
            for name, signer in sorted(loaded.signers.items())
            if at > signer.valid_to
        ]
        missing = [] if loaded.seals else [Finding(code="key.no-seal")]
        return (*missing, *loaded.findings, *expired)


def _about(loaded: _Loaded, key: str) -> tuple[Finding, ...]:
    return tuple(f for f in loaded.findings if f.value.partition(".")[0] == key)


def _changed(folder: Path) -> _Seen:
    """Return what differs after any change: a coarse clock alone would miss two in one tick."""
    try:
        return folder.stat().st_mtime_ns, frozenset(os.listdir(folder))  # noqa: PTH208 - names will do
    except FileNotFoundError:
        return 0, frozenset()
    except OSError as error:
        finding = Finding(
            code="key.unreadable", value=folder.name, args=(("reason", error.strerror or ""),)
        )
        raise Misconfigured(finding) from error


def _load(folder: Path) -> _Loaded:
    seen = _changed(folder)
    findings: list[Finding] = []
    seals: list[Seal] = []
    signers: dict[str, FileSigner] = {}
    for path in sorted(folder.glob("*.pem")):
        try:
            if path.name.endswith(KEY_SUFFIX):
                signer = read_signer(path)
                signers[signer.key] = signer
            elif path.name.startswith(SEAL_PREFIX):
                seals.append(read_seal(path))
        except WrongFile as wrong:
            findings.append(wrong.finding)
    return _Loaded(seen, tuple(reversed(seals)), MappingProxyType(signers), tuple(findings))
