"""Does a visitor ask for a human? A small grammar per language, from `languages/`; no network.

What no rule understands may still sound like a request: a hunch makes an offer of it, and if it is sure, a request.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import zip_longest
from math import inf
from typing import Final

from handoff_app.answering import hunch
from handoff_app.answering.common import is_common
from handoff_app.answering.consent import is_no
from handoff_app.answering.courtesy import TELLING, bare
from handoff_app.answering.grammar import LONGEST_STEM, SHORTEST_STEM, Found, Grammar, Request
from handoff_app.answering.shape import shape
from handoff_app.answering.slips import Slips
from handoff_app.answering.terms import words as terms
from handoff_app.answering.words import HEAD, LONGEST_WORD, TAIL, Clause, as_text, between_commas, fold, readings

__all__ = ["Decision", "decide", "fold"]


_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")

ENOUGH = 0.7
"""Of the words that the best language knows, to count when a message may escalate."""


# Log odds of a hunch, chosen so that of other people's ordinary messages 2 % are offered a human, and hardly one in
# two thousand gets one that the rules would not have brought.
LIKELY, SURE = 0.0, 4.2

DOUBTFUL: Final = -1.75
"""Log odds of a hunch below which a human is offered where the rules hear a request.

Rules hear one in any sentence that holds its words in its order ("pass my ticket on to a colleague"). The hunch knows
fewer words and more sentences. Of 1,440 ordinary messages that it had not learned the rules alone brought a human to
three, and with it to one; of 486 requests that it had not learned it doubted none.
"""
SHORT: Final = 3  # words of a clause in which a request is hardly misheard
FIRM: Final = 1.75  # log odds by which that, and a rule that insists, are doubted later: of 14,000 requests 34 are then
NAMING: Final = frozenset(
    ["human", "someone", "people", "team", "dept", "bosses", "whoever", "competent", "pro", "bot", "humanhelp"]
    + ["talk", "connect", "contact", "callme", "callyou", "reachme", "acall", "onphone", "complain"]
)
"""The slots for whom or how one asks: a hunch alone brings no human to a message that has none of them."""


class Decision(StrEnum):
    ESCALATE = "escalate"  # asks for a human, a team or a call, or rejects the bot
    OFFER = "offer"  # is frustrated, or seems to want a human: one is worth offering
    ANSWER = "answer"  # everything else is a question for the answerer


def decide(text: str) -> Decision:
    """What to do with a visitor's message, in whichever of the known languages it is written."""
    return _decided(text, DOUBTFUL)


def names_human(text: str) -> bool:
    """Whether it holds the words of a request for a human, even if it hardly sounds like one."""
    return _decided(text, -inf) is Decision.ESCALATE


def _decided(text: str, doubtful: float) -> Decision:
    said, asking, declined = [], [], False
    clauses = list(readings(_plain(text)))
    for joined, split in clauses:
        said.append(vocabulary().read(joined, split))
        declined = is_no(joined)  # "talk to a human? no thanks"
        if _asks_for_human(said[-1]):
            asking.append(_heard(said[-1], _parts(joined, split), alone=len(clauses) == 1))
        elif declined:
            asking.clear()
    signs = _shape(said)
    if asking:
        odds = max(hunch.odds(text, signs), *asking)
        return Decision.ESCALATE if odds > doubtful else Decision.OFFER
    refused = declined or any(_refuses_human(clause) for clause in said)
    odds = -inf if refused else hunch.odds(text, signs)
    if odds > SURE and not NAMING.isdisjoint(signs):
        return Decision.ESCALATE
    if odds > LIKELY or any(_hints_at_human(clause) for clause in said):
        return Decision.OFFER
    return Decision.ANSWER


def shape_of(text: str) -> set[str]:
    """The signs of a message's shape, from which a hunch is learned."""
    return _shape([vocabulary().read(joined, split) for joined, split in readings(_plain(text))])


def besides(text: str) -> str:
    """The sentences of a request for a human that say something else: "My tent is torn. Get me a human." """
    rest = [part.strip() for part in _SENTENCE.split(text) if decide(part) is Decision.ANSWER]
    return " ".join(part for part in rest if len(terms(part)) >= TELLING)


def _plain(text: str) -> str:
    """The message without its courtesies: "agent" alone asks for one, and so it does between a greeting and thanks."""
    return bare(text) if len(text) <= HEAD + TAIL else text


@dataclass(frozen=True, slots=True)
class Reading:
    """A clause as one language understands it. `known`: how many of its words the language knows."""

    grammar: Grammar
    found: Found
    known: int


def _shape(said: list[list[Reading]]) -> set[str]:
    """By the language of each clause that knows most of its words."""
    best = [max(clause, key=lambda reading: reading.known) for clause in said if clause]
    return shape((reading.found.length, reading.grammar.spans(reading.found)) for reading in best)


def _parts(joined: Clause, split: Clause) -> Iterator[list[Reading]]:
    """What stands between the commas of a clause that has some, read alone: "I need an agent, my bill is wrong".

    Split at apostrophes a long clause is cut elsewhere, or is another one; a part may then lack one of its readings.
    """
    if "," in joined:
        parts = zip_longest(between_commas(joined), between_commas(split), fillvalue=())
        yield from (vocabulary().read(*part) for part in dict.fromkeys(parts))


def _heard(clause: list[Reading], parts: Iterable[list[Reading]], alone: bool) -> float:
    """The log odds of a clause that it asks for a human: without any doubt if it is short and all that is said, and
    higher by `FIRM` if it is short or insists.

    A part that asks must sound like a request, for what stands around it is not heard.
    """
    likely = [(reading.grammar, reading.found) for reading in _likely(clause)]
    short = any(_length(found) <= SHORT for _, found in likely)
    if short and alone:
        return inf
    if short or any(grammar.insists_on_human(found) for grammar, found in likely):
        return _odds(clause) + FIRM
    if (odds := _odds(clause)) > DOUBTFUL:
        return odds
    spoken = [grammar for grammar, _ in likely]
    asking = [part for part in parts if _asks_for_human([each for each in part if each.grammar in spoken])]
    return max([odds, *(_odds(part) + DOUBTFUL for part in asking)])


def _length(found: Found) -> int:
    """In words, without asides."""
    return len(found.clause) - found.clause.count(",")


def _odds(clause: list[Reading]) -> float:
    """With its slips corrected, and without asides."""
    signs = _shape([clause])
    return max(hunch.odds(text, signs) for text in {as_text(reading.found.clause) for reading in _likely(clause)})


def _asks_for_human(clause: list[Reading]) -> bool:
    likely = _likely(clause)
    insisted = any(reading.grammar.insists_on_human(reading.found) for reading in likely)
    return insisted or _stands((reading.known, reading.grammar.asks_for_human(reading.found)) for reading in likely)


def _hints_at_human(clause: list[Reading]) -> bool:
    likely = _likely(clause)
    complained = any(reading.grammar.complains(reading.found) for reading in clause)
    return complained or _stands((reading.known, reading.grammar.hints_at_human(reading.found)) for reading in likely)


def _likely(clause: list[Reading]) -> list[Reading]:
    """By the languages that know it best: a kindred one with half of the words hears requests in what it mistakes."""
    best = max((reading.known for reading in clause), default=0)
    return [reading for reading in clause if reading.known >= ENOUGH * best]


def _refuses_human(clause: list[Reading]) -> bool:
    return any(
        Request.CANCELLED
        in (reading.grammar.asks_for_human(reading.found), reading.grammar.hints_at_human(reading.found))
        for reading in clause
    )


def _stands(requests: Iterable[tuple[int, Request]]) -> bool:
    """A refusal stands against a request that a kindred language reads out of the same words."""
    by_known = sorted(requests, key=lambda each: (each[0], each[1] is Request.CANCELLED))
    made = [request for _, request in by_known if request is not Request.NONE]
    return bool(made) and made[-1] is Request.STANDS


class Vocabulary:
    """The words of all languages: tells cheaply which of them a clause may be written in."""

    def __init__(self, grammars: list[Grammar]) -> None:
        self.grammars = grammars
        self._spoken: dict[str, tuple[int, ...]] = {}
        self.slips = Slips(word for grammar in grammars for word in grammar.correctable)
        for at, grammar in enumerate(grammars):
            for word in grammar.beginnings:
                self._spoken[word] = (*self._spoken.get(word, ()), at)

    def read(self, joined: Clause, split: Clause) -> list[Reading]:
        """The clause in each language that knows at least half as many of its words as the one that knows most."""
        meant = {word: self._meant(word) for word in {*joined, *split}}
        known = Counter(at for word in joined for at in self._languages(word, meant[word]))
        if joined != split:
            known |= Counter(at for word in split for at in self._languages(word, meant[word]))
        enough = max(known.values(), default=0) / 2
        likely = [(self.grammars[at], count) for at, count in sorted(known.items()) if count >= enough]
        return [
            Reading(grammar, grammar.read(split if grammar.splits_at_apostrophe else joined, meant), count)
            for grammar, count in likely
        ]

    def _languages(self, word: str, meant: Iterable[str] = ()) -> set[int]:
        found = set(self._spoken.get(word, ()))
        for size in range(SHORTEST_STEM, min(len(word), LONGEST_STEM) + 1):
            found.update(self._spoken.get(word[:size] + "*", ()))
        return found.union(*(self._languages(other) for other in meant))

    def _meant(self, word: str) -> list[str]:
        """What it may be a slip for."""
        return self.slips.meant(word) if 4 < len(word) <= LONGEST_WORD and not is_common(word) else []


@cache
def vocabulary() -> Vocabulary:
    folder = files(__package__).joinpath("languages")
    tables = {
        file.name: tomllib.loads(file.read_text("utf-8")) for file in folder.iterdir() if file.name[-5:] == ".toml"
    }
    shared = tables.pop("shared.toml")
    return Vocabulary([Grammar(name[:-5], data, shared) for name, data in sorted(tables.items())])
