"""Choosing among what a client accepts: languages and media types (RFC 9110, section 12)."""

from gateway.domain.finding import LANGUAGES

RANGES_MAX = 32
"""A header with more alternatives than this is cut: nobody means them."""


def weighted(header: str) -> list[tuple[str, float]]:
    """Return the alternatives of an Accept-like header, lower case, in their order, with weights.

    A weight that cannot be read counts as 0: what is unclear is not preferred.
    """
    found = []
    for part in header.split(",")[:RANGES_MAX]:
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                weight = _weight(value)
        if name:
            found.append((name, weight))
    return found


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0  # NaN compares false


def negotiated(accept_language: str) -> str:
    """Return the best of our languages; English when none is asked for.

    ``zh-Hans-CN`` asks for ``zh``.
    """
    best, best_weight = LANGUAGES[0], 0.0
    for tag, weight in weighted(accept_language):
        language = tag.partition("-")[0]
        if language in LANGUAGES and weight > best_weight:
            best, best_weight = language, weight
    return best


def accepts(accept: str, media_type: str) -> bool:
    """Tell whether an Accept header allows a media type; the most specific range decides."""
    if not accept.strip():
        return True
    ranges = dict(weighted(accept))
    family = media_type.partition("/")[0] + "/*"
    for name in (media_type, family, "*/*"):
        if name in ranges:
            return ranges[name] > 0
    return False
