"""The route as a strip: where each office stands on it, for an inline SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

STEP = 180
MARGIN = 90
HEIGHT = 128
NAME_LENGTH_MAX = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One office: ``tone`` is a style class, ``sign`` says the same without colour."""

    x: int
    code: str
    name: str
    under: str
    tone: str
    sign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """The dots with the size of their picture; ``title`` is read aloud."""

    dots: tuple[Dot, ...]
    width: int
    title: str
    height: int = HEIGHT


def strip(rows: Sequence[tuple[str, str, str, str, str]], title: str) -> Strip:
    """Return the strip of (code, name, what stands under it, tone, sign), in travel order."""
    dots = tuple(
        Dot(
            x=MARGIN + STEP * place,
            code=code,
            name=_short(name),
            under=under,
            tone=tone,
            sign=sign,
        )
        for place, (code, name, under, tone, sign) in enumerate(rows)
    )
    return Strip(dots=dots, width=2 * MARGIN + STEP * max(len(dots) - 1, 0), title=title)


def _short(name: str) -> str:
    return name if len(name) <= NAME_LENGTH_MAX else name[: NAME_LENGTH_MAX - 1] + "…"
