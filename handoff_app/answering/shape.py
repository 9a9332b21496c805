"""What clauses are made of, told in slots: who "wants" to "talk" to a "human" says it in the same order anywhere."""

from collections.abc import Iterable, Iterator
from typing import Final

Span = tuple[int, int, str]  # a slot's name, where its words begin, and where they end

MOST: Final = 40  # spans of a clause that are looked at
NEAR: Final = 6  # words between two slots that still have to do with each other


def shape(clauses: Iterable[tuple[int, Iterable[Span]]]) -> set[str]:
    """Signs of a message, given each clause's length and spans: its slots, which stand at its ends, which follow which.

    How near one follows another is told in three steps: at once, after a word or two, later.
    """
    return {sign for length, spans in clauses for sign in _signs(length, sorted(spans)[:MOST])}


def _signs(length: int, spans: list[Span]) -> Iterator[str]:
    yield f"length {min(length, 20) // 3}"
    for start, end, slot in spans:
        yield slot
        if start == 0:
            yield f"^ {slot}"
        if end == length:
            yield f"{slot} $"
        for other, _, follows in spans:
            if 0 <= (gap := other - end) <= NEAR:
                yield f"{slot} {'' if gap == 0 else '-' if gap < 3 else '_'} {follows}"
