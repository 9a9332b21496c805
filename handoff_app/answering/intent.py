"""Does a visitor ask for a human? A small grammar per language, from `intent.toml`; no model, no network."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

LONGEST = 2_000  # characters of a message that are read; a request for a human stands near its beginning
CORRECTABLE = 5  # letters; shorter words have too many neighbours at edit distance 1


class Decision(StrEnum):
    ESCALATE = "escalate"  # asks for a human, a team or a call, or rejects the bot
    OFFER = "offer"  # is frustrated: a human is worth offering
    ANSWER = "answer"  # everything else is a question for the answerer


def decide(text: str) -> Decision:
    """What to do with a visitor's message, in whichever of the known languages it is written."""
    said = [(grammar, grammar.clauses(text)) for grammar in grammars()]
    if any(grammar.asks_for_human(clause) for grammar, clauses in said for clause in clauses):
        return Decision.ESCALATE
    if any(grammar.complains.search(clause) for grammar, clauses in said for clause in clauses):
        return Decision.OFFER
    return Decision.ANSWER


@dataclass(frozen=True)
class Grammar:
    """One language's rules, compiled to expressions over clauses of folded words, each word followed by a space."""

    apostrophe: str
    corrections: dict[str, str]
    words: frozenset[str]
    insists: re.Pattern[str]
    asks: re.Pattern[str]
    cancels: re.Pattern[str]
    resumes: re.Pattern[str]
    complains: re.Pattern[str]

    def clauses(self, text: str) -> list[str]:
        folded = fold(text[:LONGEST]).replace("'", self.apostrophe)
        return [self._clause(part) for part in re.split(r"[.!?;:\n¿¡()]+", folded) if part.strip()]

    def asks_for_human(self, clause: str) -> bool:
        """A refusal cancels the requests from where it begins to where the clause turns ("but", a comma, "I want")."""
        if self.insists.search(clause):
            return True
        cancelled = list(self._cancelled(clause))
        return any(
            not any(start <= asked.start() < end or start < asked.end() <= end for start, end in cancelled)
            for asked in self.asks.finditer(clause)
        )

    def _clause(self, part: str) -> str:
        return "".join(self._corrected(word) + " " for word in re.findall(r"[^\W_]+|,", part))

    def _corrected(self, word: str) -> str:
        if len(word) < CORRECTABLE or word in self.words:
            return word
        for shape in (word, *deletions(word)):
            meant = self.corrections.get(shape)
            if meant and one_edit_apart(word, meant):
                return meant
        return word

    def _cancelled(self, clause: str) -> Iterator[tuple[int, int]]:
        for refusal in self.cancels.finditer(clause):
            turn = self.resumes.search(clause, refusal.end())
            yield refusal.start(), turn.start() if turn else len(clause)


@cache
def grammars() -> tuple[Grammar, ...]:
    data = tomllib.loads(files(__package__).joinpath("intent.toml").read_text(encoding="utf-8"))
    return tuple(_grammar(language) for language in data.values())


def fold(text: str) -> str:
    """Lower case without accents, every apostrophe the plain one."""
    decomposed = unicodedata.normalize("NFKD", re.sub("[’‘`´ʼ]", "'", text).casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def deletions(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def one_edit_apart(word: str, other: str) -> bool:
    """One letter added, dropped, changed or swapped with the next; a plural's s and a first letter are no slips."""
    if word[0] != other[0] or word == other + "s" or other == word + "s":
        return False
    if len(word) != len(other):
        longer, shorter = sorted((word, other), key=len, reverse=True)
        return shorter in deletions(longer)
    differing = [at for at in range(len(word)) if word[at] != other[at]]
    if len(differing) == 2:
        first, second = differing
        return second == first + 1 and word[first] == other[second] and word[second] == other[first]
    return len(differing) == 1


def _grammar(language: dict[str, dict[str, list[str]]]) -> Grammar:
    slots = {name: [fold(item) for item in items] for name, items in language["slots"].items()}
    known = {word for items in slots.values() for item in items for word in item.split()}
    inline = fold(" ".join(pattern for patterns in language["rules"].values() for pattern in patterns))
    known_inline = set(re.findall(r"[^\W_\d]+", inline))
    targets = sorted(word for word in known if len(word) >= CORRECTABLE)
    rules = {name: _expression(patterns, slots) for name, patterns in language["rules"].items()}
    return Grammar(
        apostrophe="".join(language["spelling"]["apostrophe"]),
        corrections={shape: word for word in targets for shape in (*deletions(word), word)},
        words=frozenset(known | known_inline | set(language["spelling"]["not_slips"])),
        **rules,
    )


def _expression(patterns: Iterable[str], slots: dict[str, list[str]]) -> re.Pattern[str]:
    return re.compile("|".join(r"(?<!\S)" + "".join(_step(step, slots) for step in p.split()) for p in patterns))


def _step(step: str, slots: dict[str, list[str]]) -> str:
    """One step of a rule as an expression; `intent.toml` explains the notation."""
    parsed = re.fullmatch(r"(\^|\$|[^?*+{]+)([?*+]|\{\d,\d\})?", step)
    if parsed is None:
        raise ValueError(f"not a step of a rule: {step!r}")
    body, repeat = parsed[1], parsed[2] or ""
    items = [choice for part in body.split("|") for choice in (slots[part[1:-1]] if part[0] == "<" else [fold(part)])]
    return f"(?:{'|'.join(_item(item) for item in items)}){repeat}"


def _item(item: str) -> str:
    ends = {"^": r"(?:^|(?<=, ))", "$": r"(?=, |$)", "_": r"[^\s,]+ "}
    return ends.get(item) or re.escape(item).replace(r"\ ", " ") + " "
