"""Yes or no to an offer, in a message that says nothing else, from `consent.toml`."""

import tomllib
from functools import cache
from importlib.resources import files

from handoff_app.answering.words import fold, words

LONGEST = 60  # characters; who writes more says more than yes or no


def consents(text: str) -> bool | None:
    """True for a yes, False for a no, None for anything else; a word that is both in two languages is neither."""
    if len(text) > LONGEST:
        return None
    said = _said(text)
    yes, no = _phrases()
    return None if (said in yes) == (said in no) else said in yes


def _said(text: str) -> str:
    return " ".join(word for word in words(fold(text).replace("'", " ")) if word != ",")


@cache
def _phrases() -> tuple[frozenset[str], frozenset[str]]:
    written = tomllib.loads(files(__package__).joinpath("consent.toml").read_text("utf-8"))
    yes, no = ({_said(phrase) for phrases in written[kind].values() for phrase in phrases} for kind in ("yes", "no"))
    return frozenset(yes), frozenset(no)
