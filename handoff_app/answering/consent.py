"""Yes or no to an offer, in a message that says nothing else, from `consent.toml`: "Yes, that would be great"."""

import tomllib
from functools import cache
from importlib.resources import files

from handoff_app.answering.words import fold, words

Phrases = frozenset[tuple[str, ...]]

LONGEST = 60  # characters; who writes more says more than yes or no


def consents(text: str) -> bool | None:
    """True for a yes, False for a no, None for anything else; a word that is both in two languages is neither."""
    if len(text) > LONGEST:
        return None
    said = tuple(_said(text).split())
    yes, no, polite = _phrases()
    if said in yes or said in no:
        return None if said in yes and said in no else said in yes
    agrees, refuses = (_is_made_of(said, meant, polite) for meant in (yes, no))
    return None if agrees == refuses else agrees


def is_no(clause: tuple[str, ...]) -> bool:
    """Whether a clause, folded and in words, says no and nothing else."""
    yes, no, _ = _phrases()
    return clause in no and clause not in yes


def _is_made_of(said: tuple[str, ...], meant: Phrases, polite: Phrases) -> bool:
    """Whether it is one phrase after the other, at least one of them meant, the others polite or meant."""
    reached = {(0, False)}
    for start in range(len(said)):
        for meaning in {has for at, has in reached if at == start}:
            for end in range(start + 1, len(said) + 1):
                if said[start:end] in meant:
                    reached.add((end, True))
                elif said[start:end] in polite:
                    reached.add((end, meaning))
    return (len(said), True) in reached


def _said(text: str) -> str:
    return " ".join(word for word in words(fold(text).replace("'", " ")) if word != ",")


@cache
def _phrases() -> tuple[Phrases, Phrases, Phrases]:
    written = tomllib.loads(files(__package__).joinpath("consent.toml").read_text("utf-8"))
    yes, no, polite = (
        frozenset(tuple(_said(phrase).split()) for phrases in written[kind].values() for phrase in phrases)
        for kind in ("yes", "no", "polite")
    )
    return yes, no, polite
