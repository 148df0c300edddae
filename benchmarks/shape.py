"""What the generated events promise, for those who need no generator.

Kept apart because it imports nothing large: the memory of the process that starts a program is
counted as that program's own until it outgrows it.
"""

from datetime import date

SCORE_DATE = date(2024, 12, 31)
"""The day that is scored: the last day of the generated year."""

DAYS = 365
"""How many days have events, up to that one."""


def people(events: int) -> int:
    """How many leads there are for a number of events: 580,000 for 20 million."""
    return max(1, round(events * 580 / 20_000))
