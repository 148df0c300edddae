"""Seeds, numbers and text as the contract compares them. Part of the reference implementation."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

from landing_rows import trim

SEEDS = [
    "score_models",
    "score_segments",
    "fit_rules",
    "engagement_rules",
    "score_groups",
    "disqualification_rules",
    "score_tiers",
    "fit_grades",
    "engagement_levels",
]
REFERENCE_SEEDS = [
    "free_email_domains",
    "disposable_email_domains",
    "job_title_keywords",
    "countries",
    "automated_user_agents",
]

Seed = dict[str, str | None]
Seeds = dict[str, list[Seed]]


class Attribute(NamedTuple):
    """What rules see: text operators read `text`, number operators `number`."""

    text: str | None
    number: float | None

    @property
    def is_empty(self) -> bool:
        return (self.text is None or trim(self.text) == "") and self.number is None


def read_seeds(folder: Path) -> Seeds:
    seeds = {name: read_csv(folder / "scoring" / f"{name}.csv") for name in SEEDS}
    seeds |= {name: read_csv(folder / "reference" / f"{name}.csv") for name in REFERENCE_SEEDS}
    return seeds


def read_csv(path: Path) -> list[Seed]:
    """Rows of a seed; an empty cell is None, and so is a blank one."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {k: v if v and trim(v) else None for k, v in row.items()}
            for row in csv.DictReader(file)
        ]


def number(cell: str | None) -> float | None:
    return None if cell is None else float(cell)


def round_6(value: float) -> float:
    """Six decimals, half away from zero; never minus zero."""
    return float(Decimal(repr(value)).quantize(Decimal("0.000001"), ROUND_HALF_UP)) + 0.0


def round_2(value: float) -> float:
    """Two decimals of a figure that has six, half away from zero."""
    return float(Decimal(f"{value:.6f}").quantize(Decimal("0.01"), ROUND_HALF_UP)) + 0.0


def bounded(value: float, low: float | None, high: float | None) -> float:
    if low is not None and value < low:
        return low
    if high is not None and value > high:
        return high
    return value


def plain(text: str) -> str:
    """How text is compared: trimmed and case-insensitively."""
    return trim(text).lower()


def alternatives(value: str) -> list[str]:
    return [plain(part) for part in value.split("|")]


def is_letter_or_digit(character: str) -> bool:
    return unicodedata.category(character)[0] == "L" or unicodedata.category(character) == "Nd"


def has_word(text: str, word: str) -> bool:
    """Whether `word` stands in `text` with no letter or digit beside it; both are plain already."""
    start = text.find(word)
    while start >= 0:
        before = text[start - 1] if start > 0 else " "
        after = text[start + len(word)] if start + len(word) < len(text) else " "
        if not is_letter_or_digit(before) and not is_letter_or_digit(after):
            return True
        start = text.find(word, start + 1)
    return False


def satisfies(attribute: Attribute | None, operator: str, value: str | None) -> bool:
    """Section 3: one condition of a fit rule, a segment or a disqualification."""
    missing = attribute is None or attribute.is_empty
    if operator == "is_empty":
        return missing
    if operator == "is_present":
        return not missing
    if missing:
        return False
    if operator in ("at_least", "at_most", "between"):
        return number_satisfies(attribute.number, operator, value)
    if attribute.text is None:
        return False
    if operator == "equals":
        return plain(attribute.text) == plain(value)
    if operator == "in":
        return plain(attribute.text) in alternatives(value)
    return text_satisfies(attribute.text, operator, value)


def number_satisfies(given: float | None, operator: str, value: str) -> bool:
    if given is None:
        return False
    if operator == "at_least":
        return given >= float(value)
    if operator == "at_most":
        return given <= float(value)
    low, high = value.split("..")
    return float(low) <= given <= float(high)


def text_satisfies(text: str, operator: str, value: str) -> bool:
    tests: dict[str, Callable[[str, str], bool]] = {
        "equals": lambda given, part: given == part,
        "contains": lambda given, part: part in given,
        "starts_with": lambda given, part: given.startswith(part),
        "has_word": has_word,
    }
    return any(tests[operator](plain(text), part) for part in alternatives(value))


def email_of(text: str | None) -> str | None:
    """The normalised e-mail, or None where the text is no e-mail."""
    return plain(text) if text is not None and text.count("@") == 1 else None


def domain_of(text: str | None) -> str | None:
    """A domain as it is compared: lower case, without scheme, `www.` and path."""
    if text is None:
        return None
    host_and_path = plain(text).split("://", 1)[-1].removeprefix("//")
    domain = re.split("[/?#]", host_and_path, maxsplit=1)[0]
    return trim(domain.removeprefix("www.")) or None
