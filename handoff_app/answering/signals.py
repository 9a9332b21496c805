"""What in a visitor's message speaks for a human, short of asking for one. Decides nothing: admins set what follows."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from handoff_app.answering import intent
from handoff_app.answering.base import Turn
from handoff_app.answering.intent import Decision, Reading
from handoff_app.answering.phrases import Phrases
from handoff_app.answering.terms import plainness
from handoff_app.answering.terms import words as terms
from handoff_app.answering.words import fold, readings

ALIKE: Final = 0.75
"""The share of two questions' words that both have, from which on they may be the same question."""
TELLING: Final = 0.06
"""The plainness of a word from which down it makes another question: "to Norway?", "to Sweden?"."""
REFUSING: Final = 8
"""The words of a refusal; more ask something, too."""
SHOUTED_WORDS, SHOUTED_LETTERS, SHOUTED_SHARE = 3, 12, 0.85
"""How many words, how many letters, and which share of them must be in capitals."""


_QUESTION: Final = "?？؟;"


class Signal(StrEnum):
    """Why a human may be worth bringing."""

    HINT = "hint"  # the visitor seems to want one
    ANGER = "anger"  # shouts, insults, threatens, loses patience
    REPETITION = "repetition"  # asks the same again, or says that the AI repeats itself
    TOPIC = "topic"  # speaks of what an admin has listed
    TWO_UNSURE = "two_unsure"  # the AI does not know, and did not know the last time


def heard(text: str, history: Sequence[Turn], confident: bool, topics: Iterable[str]) -> frozenset[Signal]:
    """The signals in a message. `confident`: whether the AI is so of the answer that it has for it now."""
    repeats = _mood("repetition").within(text)
    complains = _complains(text)
    thanks = _mood("thanks").within(text)
    angry = (is_shouted(text) and not thanks) or _mood("anger").within(text) or (complains and not repeats)
    found = {
        Signal.HINT: not complains and intent.decide(text) is Decision.OFFER,
        Signal.ANGER: angry,
        Signal.REPETITION: repeats or asked_before(text, history),
        Signal.TOPIC: Phrases(topics, inflected=True).within(text),
        Signal.TWO_UNSURE: not confident and _was_unsure(history),
    }
    return frozenset(signal for signal, stands in found.items() if stands)


def refuses_human(text: str) -> bool:
    """Whether it says that no human is wanted: without its "no" (or with "someone" for "nobody") it asks for one."""
    no = _mood("refusal")
    if not no.within(text) or intent.decide(text) is Decision.ESCALATE:
        return False
    asked = (text, _nobody().sub(lambda found: _somebody()[fold(found[0])], fold(text)))
    return any(intent.names_human(no.left_out(clause)) for said in asked for clause, _ in readings(said))


def only_refuses_human(text: str) -> bool:
    """Whether it says that no human is wanted, and hardly anything else."""
    return len(terms(text)) <= REFUSING and not asks(text) and refuses_human(text)


def asked_before(text: str, history: Sequence[Turn]) -> bool:
    """Whether this is nearly word for word a question that the AI has answered."""
    answered = max((place for place, turn in enumerate(history) if turn.author == "ai"), default=0)
    earlier = (turn.text for turn in history[:answered] if turn.author == "visitor")
    return _is_question(text) and any(_same(set(terms(text)), set(terms(other))) for other in earlier)


def asks(text: str) -> bool:
    """Whether it has a question mark, in any script."""
    return any(sign in text for sign in _QUESTION)


def is_shouted(text: str) -> bool:
    """Several words in capitals, in scripts that have them; order numbers are no words."""
    said = [word for word in text.split() if not any(sign.isdigit() for sign in word)]
    cased = [sign for word in said for sign in word if sign.isupper() or sign.islower()]
    capitals = sum(sign.isupper() for sign in cased)
    loud = [word for word in said if sum(sign.isupper() for sign in word) > 1]
    return len(loud) >= SHOUTED_WORDS and len(cased) >= SHOUTED_LETTERS and capitals >= SHOUTED_SHARE * len(cased)


def _complains(text: str) -> bool:
    return any(reading.grammar.complains(reading.found) for clause in _clauses(text) for reading in clause)


def _clauses(text: str) -> list[list[Reading]]:
    return [intent.vocabulary().read(joined, split) for joined, split in readings(text)]


def _was_unsure(history: Sequence[Turn]) -> bool:
    last = next((turn for turn in reversed(history) if turn.author == "ai"), None)
    return last is not None and not last.sure


def _is_question(text: str) -> bool:
    """Not a "thank you" or a "yes", which anybody says twice. A Chinese or Japanese sign is half a word."""
    size = sum(0.5 if "\u3040" <= word <= "\u9fff" else 1 for word in terms(text))
    return size >= 3 or (size > 1 and asks(text))


def _same(asked: set[str], before: set[str]) -> bool:
    if len(asked & before) < ALIKE * len(asked | before):
        return False
    return not (_tell(asked - before) and _tell(before - asked))


def _tell(words: set[str]) -> bool:
    return any(word.isdigit() or plainness(word) <= TELLING for word in words)


@cache
def _somebody() -> dict[str, str]:
    """Words for nobody, folded, with a word for somebody in their place; of all languages."""
    found: dict[str, str] = {}
    for file in files(__package__).joinpath("moods").iterdir():
        if file.name.endswith(".toml"):
            said = tomllib.loads(file.read_text("utf-8"))["nobody"]
            found |= {fold(nobody): somebody for nobody, somebody in said.items()}
    return found


@cache
def _nobody() -> "re.Pattern[str]":
    spelled = sorted(map(re.escape, _somebody()), key=len, reverse=True)
    spaced = (rf"\b{word}\b" if word.isascii() or word < "\u2e80" else word for word in spelled)
    return re.compile("|".join(spaced))


@cache
def _mood(name: str) -> Phrases:
    """The phrases of all languages; each file of `moods/` lists those of one, chosen to clash with none."""
    found: list[str] = []
    for file in files(__package__).joinpath("moods").iterdir():
        if file.name.endswith(".toml"):
            found += tomllib.loads(file.read_text("utf-8"))[name]
    return Phrases(found)
