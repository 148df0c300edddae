"""People in a text that nobody could split into columns: their ids and addresses as whole words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from orchestration.privacy.people import Kind, People

_IN_A_WORD = r"\w.@+%'-"
_NO_WORD = re.compile(rf"[^{_IN_A_WORD}]+")
_AROUND = ".'"


class Naming:
    """Tells texts that name one of these people.

    A number may be anything there, so that an id of digits only tells nothing.
    """

    def __init__(self, people: People) -> None:
        ids = {value for value in people.record | people.visitor if not value.isdecimal()}
        values = {(value, True) for value in people.email} | {(value, False) for value in ids}
        # What is no word itself, such as an id with a space, is looked for in the whole text.
        self._others = [pair for pair in values if set(_words(pair[0])) != {pair[0]}]
        self._emails, self._ids = people.email, ids

    def __call__(self, text: str) -> bool:
        """Whether the text names one of them."""
        words = set(_words(text))
        if not words.isdisjoint(self._ids):
            return True
        if not {word.lower() for word in words}.isdisjoint(self._emails):
            return True
        return any(
            _stands_in(value, text.lower() if is_any_case else text)
            for value, is_any_case in self._others
        )


def named_in(texts: Iterable[str]) -> Iterator[tuple[Kind, str]]:
    """Everything in texts that may be somebody's id or address."""
    for word in {word for text in texts for word in _words(text)}:
        if "@" in word:
            yield "email", word.lower()
        if not word.isdecimal():
            yield "record", word
            yield "visitor", word


def _words(text: str) -> Iterator[str]:
    for word in _NO_WORD.split(text):
        stripped = word.strip(_AROUND)
        if stripped:
            yield stripped
            yield word


def _stands_in(value: str, text: str) -> bool:
    around = f"[{_AROUND}]*"
    whole = rf"(?<![{_IN_A_WORD}]){around}{re.escape(value)}{around}(?![{_IN_A_WORD}])"
    return value in text and re.search(whole, text) is not None
