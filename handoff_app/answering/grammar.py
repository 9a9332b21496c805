"""One language's rules over clauses of words, from `languages/*.toml`. Knows no decision.

A rule is a sequence of steps. All its matches in a clause are followed at once, as a set of positions (the bits of an
int), so that the work is bounded by steps times words, whatever a visitor types.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain
from typing import Any, Final

from handoff_app.answering.shape import Span
from handoff_app.answering.words import Clause, fold, one_edit_apart, words

CORRECTABLE = 6  # letters; shorter words have too many neighbours at edit distance 1
SHORTEST_STEM, LONGEST_STEM = 2, 16  # letters of `stem*`
TELLING_STEM = 5  # letters; a word that begins with such a stem is one of its forms, and no slip for another word
_STEP: Final = re.compile(r"(\^|\$|[^?*+{]+)([?*+]|\{(\d),(\d+)\})?")
_MANY = 99


@dataclass(frozen=True, slots=True)
class Step:
    """`slots`: which of the language's slots may stand here (bits); or one of the signs `_ - ^ $`."""

    sign: str
    slots: tuple[int, ...]
    least: int
    most: int
    closes: bool = False  # the clause's end may stand here as well
    peeks: bool = False  # what stands here is looked at and not taken: it is no part of the request

    @property
    def mask(self) -> int:
        return sum(1 << slot for slot in self.slots)


@dataclass(frozen=True, slots=True)
class Rule:
    steps: tuple[Step, ...]
    needs: tuple[int, ...]  # of each of these sets of slots, one must occur in the clause


@dataclass(slots=True)
class Node:
    """Where the phrases that begin with some words go on. `slots`: those that a phrase ending here belongs to.

    There are 70,000 and most are ends, so nothing is built before it is needed.
    """

    words: "dict[str, Node] | None" = None
    stems: "dict[str, Node] | None" = None
    slots: tuple[int, ...] = ()

    def onward(self, word: str) -> "Node":
        """Where a word or a `stem*` leads, which may be new."""
        if word[-1] == "*":
            self.stems = self.stems or {}
            return self.stems.get(word[:-1]) or self.stems.setdefault(word[:-1], Node())
        self.words = self.words or {}
        return self.words.get(word) or self.words.setdefault(word, Node())


class Found:
    """A clause with the slots that its words fill: for each slot, where it may start and where it then ends.

    `clause` holds its words without asides.
    """

    def __init__(self, root: Node, clause: Clause, stops: int, asides: int) -> None:
        self.length = len(clause)
        self.ends: dict[int, dict[int, int]] = {}
        self.present = 0
        for start in range(self.length):
            self._walk(root, clause, start, start)
        commas = sum(1 << at for at, word in enumerate(clause) if word == ",")
        self.everywhere = (1 << (self.length + 1)) - 1
        self.openings, self.closings = 1 | commas << 1, 1 << self.length | commas
        around = sorted(self.ends.get(asides, {}).items())
        self.besides = self._leave_out(around)
        apart = {at for start, ends in around for at in range(start, ends.bit_length() - 1)}
        self.clause = tuple(word for at, word in enumerate(clause) if at not in apart)
        self.words = (self.everywhere >> 1) & ~commas
        stopping = self.ends.get(stops, {})
        self.fillers = self.words & ~sum(1 << at for at in stopping)

    def _walk(self, node: Node, clause: Clause, start: int, at: int) -> None:
        for slot in node.slots:
            spans = self.ends.setdefault(slot, {})
            spans[start] = spans.get(start, 0) | 1 << at
            self.present |= 1 << slot
        if at == self.length:
            return
        word = clause[at]
        if node.words and word in node.words:
            self._walk(node.words[word], clause, start, at + 1)
        if node.stems:
            for size in range(SHORTEST_STEM, min(len(word), LONGEST_STEM) + 1):
                if word[:size] in node.stems:
                    self._walk(node.stems[word[:size]], clause, start, at + 1)

    def _leave_out(self, asides: list[tuple[int, int]]) -> tuple[int, int]:
        """A clause begins and ends as well between its asides; where one stands before, and where one ends behind it.

        "If it's no trouble, mate": neither the "if" nor the "no" refuses anything.
        """
        before = behind = 0
        for start, ends in asides:
            if self.openings >> start & 1:
                self.openings |= ends
                before |= _between(start, ends.bit_length() - 1)
        for start, ends in reversed(asides):
            if self.closings & ends:
                self.closings |= 1 << start
                behind |= _between(start + 1, (ends & self.closings).bit_length())
        return before, behind

    def match(self, rule: Rule, starts: int) -> int:
        """Where the rule's matches from any of these positions end."""
        for need in rule.needs:
            if not need & self.present:
                return 0
        at = starts
        for step in rule.steps:
            at = self._repeat(step, at)
            if not at:
                return 0
        return at

    def matches(self, rule: Rule) -> Iterator[tuple[int, int]]:
        """Each position at which the rule matches, with the positions at which it then ends."""
        if self.match(rule, self.everywhere):
            for start in self._beginnings(rule.steps[0]):
                ends = self.match(rule, 1 << start)
                if ends:
                    yield start, ends

    def _beginnings(self, step: Step) -> Iterable[int]:
        if step.least and not step.sign and not step.closes:
            return sorted({start for slot in step.slots for start in self.ends.get(slot, {})})
        positions = self.openings if step.sign == "^" else self.everywhere
        return [at for at in range(self.length) if positions >> at & 1]

    def _repeat(self, step: Step, at: int) -> int:
        if step.sign == "^":
            return at & self.openings
        if step.sign == "$":
            return at & self.closings
        if step.peeks:
            return at & self._starts(step)
        for _ in range(step.least):
            at = self._advance(step, at)
        reached = at
        for _ in range(step.most - step.least):
            at = self._advance(step, at) & ~reached
            if not at:
                break
            reached |= at
        return reached

    def _starts(self, step: Step) -> int:
        begun = {start for slot in step.slots for start in self.ends.get(slot, {})}
        return sum(1 << start for start in begun) | (self.closings if step.closes else 0)

    def _advance(self, step: Step, at: int) -> int:
        if step.sign == "_":
            return (at & self.words) << 1
        if step.sign == "-":
            return (at & self.fillers) << 1
        reached = 0
        for slot in step.slots:
            for start, ends in self.ends.get(slot, {}).items():
                if at >> start & 1:
                    reached |= ends
        return reached | (at & self.closings if step.closes else 0)


class Request(Enum):
    NONE = auto()
    CANCELLED = auto()  # a request whose words are refused: "no human please"
    STANDS = auto()


class Grammar:
    """A language: its words, and what it makes of a clause that is read with them."""

    def __init__(self, name: str, data: Mapping[str, Any], shared: Mapping[str, Mapping[str, list[str]]]) -> None:
        self.name = name
        spelling = data.get("spelling", {})
        self.splits_at_apostrophe: bool = spelling.get("splits_at_apostrophe", False)
        self._clitics: list[str] = ["", *spelling.get("clitics", [])]
        self._slots: dict[str, int] = {}
        self._root = Node()
        self._known: set[str] = {fold(word) for word in spelling.get("not_slips", [])}
        self._targets: set[str] = set()
        self._shortest: int = spelling.get("slips_from", CORRECTABLE)
        self._closing = {f"<{slot}>" for slot, phrases in data["slots"].items() if "$" in phrases} | {"$"}
        for slot, phrases in data["slots"].items():
            every = chain(phrases, shared.get("slots", {}).get(slot, ()))
            self._fill(self._slot(f"<{slot}>"), (phrase for phrase in every if phrase != "$"))
        rules: dict[str, list[str]] = data.get("rules", {})
        common = shared.get("rules", {})
        both = {kind: [*rules.get(kind, []), *common.get(kind, [])] for kind in (*rules, *common)}
        self._rules = {kind: [*self._compile(lines)] for kind, lines in both.items()}
        self._stops = self._slots.get("<stops>", -1)
        self._asides = self._slots.get("<asides>", -1)
        self._names = {at: slot[1:-1] for slot, at in self._slots.items() if slot[0] == "<"}

    @property
    def beginnings(self) -> Iterator[str]:
        """The first words of all phrases, stems with `*`."""
        yield from self._root.words or ()
        yield from (f"{stem}*" for stem in self._root.stems or ())

    @property
    def correctable(self) -> Set[str]:
        """The words that a slip may have been meant for."""
        return self._targets

    def read(self, clause: Clause, meant: Mapping[str, Iterable[str]]) -> Found:
        """The clause with this language's slips corrected. `meant`: for each word, those that it may be a slip for."""
        corrected = tuple(self._corrected(word, meant[word]) for word in clause)
        return Found(self._root, corrected, self._stops, self._asides)

    def spans(self, found: Found) -> Iterator[Span]:
        """Which named slots the clause's words fill, and where; of several ends the farthest."""
        for slot, places in found.ends.items():
            if name := self._names.get(slot):
                yield from ((start, ends.bit_length() - 1, name) for start, ends in places.items())

    def insists_on_human(self, found: Found) -> bool:
        return self._any("insists", found) and not self._any("voids", found)

    def asks_for_human(self, found: Found) -> Request:
        return self._request("asks", found)

    def complains(self, found: Found) -> bool:
        return self._any("complains", found)

    def hints_at_human(self, found: Found) -> Request:
        return self._request("hints", found)

    def _corrected(self, word: str, meant: Iterable[str]) -> str:
        if len(word) < self._shortest or word in self._known or self._begins_like_a_stem(word):
            return word
        return next((other for other in meant if other in self._targets and one_edit_apart(word, other)), word)

    def _begins_like_a_stem(self, word: str) -> bool:
        return any(word[:size] + "*" in self._known for size in range(TELLING_STEM, min(len(word), LONGEST_STEM) + 1))

    def _any(self, kind: str, found: Found) -> bool:
        return any(found.match(rule, found.everywhere) for rule in self._rules.get(kind, []))

    def _request(self, kind: str, found: Found) -> Request:
        """A refusal cancels the requests from where it begins to where the clause turns ("but", a comma, "I want")."""
        if not self._any(kind, found):
            return Request.NONE
        starts, ends = self._uncancelled(found)
        stands = any(found.match(rule, starts) & ends for rule in self._rules[kind])
        return Request.STANDS if stands else Request.CANCELLED

    def _uncancelled(self, found: Found) -> tuple[int, int]:
        """The positions at which a request may start, and those at which it may end."""
        starts = ends = found.everywhere
        before, behind = found.besides
        turns = [at for rule in self._rules.get("resumes", []) for at, _ in found.matches(rule)]
        for rule in self._rules.get("cancels", []):
            for start, refused in found.matches(rule):
                if before >> start & 1 or not (last := (refused & ~behind).bit_length() - 1) > 0:
                    continue
                turn = min((at for at in turns if at >= last), default=found.length)
                starts &= ~_between(start, turn)
                ends &= ~_between(start + 1, turn + 1)
        return starts, ends

    def _slot(self, name: str) -> int:
        return self._slots.setdefault(name, len(self._slots))

    def _fill(self, slot: int, phrases: Iterable[str]) -> None:
        for phrase in phrases:
            for written in self._written(phrase):
                node = self._root
                for word in written:
                    node = node.onward(word)
                    self._learn(word)
                node.slots += (slot,)

    def _written(self, phrase: str) -> Iterator[list[str]]:
        """The phrase's words; a phrase that begins with ~ also with the language's clitics before it."""
        clitics = self._clitics if phrase[0] == "~" else [""]
        for clitic in clitics:
            parts = (clitic + phrase.removeprefix("~")).split()
            yield [word for part in parts for word in _stemmed(part)]

    def _learn(self, word: str) -> None:
        self._known.add(word)
        if len(word) >= self._shortest and word[-1] != "*":
            self._targets.add(word)

    def _compile(self, lines: Iterable[str]) -> Iterator[Rule]:
        for line in lines:
            steps = [self._step(step) for step in line.split()]
            needs = tuple({step.mask for step in steps if step.least and not step.sign and not step.closes})
            if all(needs):
                yield Rule(tuple(step for step in steps if step.sign or step.slots or step.closes), needs)

    def _step(self, step: str) -> Step:
        """A step in the notation of `languages/README.md`."""
        parsed = _STEP.fullmatch(step)
        if parsed is None:
            raise ValueError(f"not a step of a rule: {step!r}")
        body = parsed[1]
        if parsed[3]:
            least, most = int(parsed[3]), int(parsed[4])
        else:
            least, most = {"?": (0, 1), "*": (0, _MANY), "+": (1, _MANY)}.get(parsed[2] or "", (1, 1))
        if body in {"^", "$", "_", "-"}:
            return Step(body, (), least, most)
        choices = body.split("|")
        slots = [self._slots[name] for name in choices if name[0] == "<" and name in self._slots]
        literals = [choice for choice in choices if choice[0] not in "<$"]
        if literals:
            slots.append(self._literals(literals))
        closes = not self._closing.isdisjoint(choices)
        return Step("", tuple(slots), least, most, closes, peeks=body == "<end>")

    def _literals(self, choices: list[str]) -> int:
        name = "|".join(choices)
        if name not in self._slots:
            self._fill(self._slot(name), choices)
        return self._slots[name]


def _stemmed(part: str) -> list[str]:
    """A written word as the words that a clause has (several where there are no spaces), a stem's * kept."""
    found = list(words(fold(part)))
    return found[:-1] + [found[-1] + "*"] if part[-1] == "*" else found


def _between(start: int, end: int) -> int:
    return ((1 << max(0, end - start)) - 1) << start
