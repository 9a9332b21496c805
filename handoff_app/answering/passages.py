"""Articles cut into passages: what is searched in one piece, and shown as an answer."""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from handoff_app.answering.base import Passage

WHOLE = 120  # words up to which an article is shown whole, as the answer of a question is
LENGTH = 100  # words that a passage of a longer one may reach


class Written(Protocol):
    """An article, whatever it is kept in."""

    id: str
    title: str
    text: str
    phrasings: list[str]
    url: str


def split(article_id: str, title: str, text: str, phrasings: Sequence[str] = (), url: str = "") -> list[Passage]:
    """The passages of one article, in order, each with the article's title and phrasings; at least one."""
    pieces = [text] if _length(text) <= WHOLE else list(_packed(_pieces(text)))
    return [
        Passage(f"{article_id}-{number}", article_id, title, piece.strip(), tuple(phrasings), url)
        for number, piece in enumerate(pieces, 1)
    ]


def _packed(pieces: Iterator[str]) -> Iterator[str]:
    """Paragraphs together up to a passage's length; a heading goes with what follows it."""
    held = ""
    for piece in pieces:
        if held and _length(held) + _length(piece) > LENGTH and not _is_heading(held.rsplit("\n\n", 1)[-1]):
            yield held
            held = ""
        held = f"{held}\n\n{piece}" if held else piece
    if held:
        yield held


def _pieces(text: str) -> Iterator[str]:
    """Paragraphs; one that is too long is cut between sentences."""
    for paragraph in re.split(r"\n\s*\n", text):
        if not paragraph.strip():
            continue
        if _length(paragraph) <= WHOLE:
            yield paragraph.strip()
        else:
            yield from _sentences(paragraph)


def _sentences(paragraph: str) -> Iterator[str]:
    """Sentences and lines together up to a passage's length, with the space between them as it was."""
    held = ""
    for sentence in re.split(r"(?<=[.!?]\s)|(?<=[。！？\n])", paragraph):
        if held.strip() and _length(held) + _length(sentence) > LENGTH:
            yield held.strip()
            held = ""
        held += sentence
    if held.strip():
        yield held.strip()


def _is_heading(paragraph: str) -> bool:
    return paragraph.startswith("#") or (_length(paragraph) <= 10 and paragraph[-1:].isalnum())


def _length(text: str) -> float:
    """In words; a Chinese or Japanese character is half of one."""
    return len(text.split()) + len(re.findall(r"[\u3040-\u30ff\u3400-\u9fff]", text)) / 2
