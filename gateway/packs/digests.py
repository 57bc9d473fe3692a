"""What a folder is: one digest over all its files."""

from collections.abc import Mapping
from hashlib import sha256

_NOT_COMPILED = ("cases", "examples")


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return hex SHA-256 over the sorted lines ``path sha256``."""
    lines = (f"{path} {sha256(files[path]).hexdigest()}\n" for path in sorted(files))
    return sha256("".join(lines).encode()).hexdigest()


def below(files: Mapping[str, bytes], root: str) -> dict[str, bytes]:
    """Return the files under ``root`` (which ends with a slash), by path relative to it."""
    return {path[len(root) :]: raw for path, raw in files.items() if path.startswith(root)}


def runs(name: str) -> bool:
    """Tell whether a file is part of what runs; cases and examples are tests and documentation."""
    parts = name.split("/")[:-1]
    return not any(part in _NOT_COMPILED or part.startswith((".", "__")) for part in parts)


def folders(files: Mapping[str, bytes], root: str) -> tuple[str, ...]:
    """Return the names of the folders directly under ``root``, sorted."""
    inside = (path.removeprefix(root) for path in files if path.startswith(root))
    return tuple(sorted({path.split("/", 1)[0] for path in inside if "/" in path}))
