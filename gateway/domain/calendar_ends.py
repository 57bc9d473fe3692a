"""The ends of the calendar, at which a time cannot be told in every zone."""

from datetime import MAXYEAR, MINYEAR, datetime


def tellable(moment: datetime) -> bool:
    """Tell whether every zone's clock can show a moment: not in the first or the last year."""
    return MINYEAR < moment.year < MAXYEAR
