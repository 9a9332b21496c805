"""What somebody has said, in the few sentences of their own that tell the most. Needs no model and no network."""

import math
import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from handoff_app.answering.terms import plainness, words

MOST: Final = 3
LONGEST: Final = 240  # characters of a sentence that are shown
_LATEST: Final = 60  # sentences that are weighed
_TELLING: Final = 2  # words beyond grammar that a sentence needs: a greeting has fewer
_FIRST: Final = 1.25  # what comes first is mostly the matter itself
_DAMPING: Final = 0.85
_END = re.compile(r"(?<=[.!?…])(?<!\b(?:Dr|Mr|Ms|St|Nr|No|no|nr)\.)(?<!\bMrs\.)\s+|(?<=[。！？])|\n+")


def telling(messages: Sequence[str], most: int = MOST) -> list[str]:
    """At most `most` sentences in the order in which they were said: the most central ones, and the last question.

    Central is what shares rare words with the other sentences (TextRank, Mihalcea and Tarau 2004), and what came first.
    """
    sentences = list(dict.fromkeys(s.strip() for message in messages for s in _END.split(message) if s.strip()))
    known = [s for s in sentences if len(_content(s)) >= _TELLING][-_LATEST:] or sentences[-1:]
    if not known:
        return []
    asked = next((at for at in reversed(range(len(known))) if known[at].endswith(("?", "？", "؟"))), len(known) - 1)
    ranks = _ranks([_content(s) for s in known])
    best = sorted((at for at in range(len(known)) if at != asked), key=lambda at: -ranks[at])[: most - 1]
    return [_short(known[at]) for at in sorted({asked, *best})]


def _content(sentence: str) -> frozenset[str]:
    """The words that say something."""
    return frozenset(word for word in words(sentence) if plainness(word) < 0.3)


def _ranks(sentences: Sequence[frozenset[str]]) -> list[float]:
    near = np.array([[0.0 if a is b else _near(a, b) for b in sentences] for a in sentences])
    flow = near / np.maximum(near.sum(axis=1, keepdims=True), 1e-9)
    ranks = np.full(len(sentences), 1 / len(sentences))
    for _ in range(30):
        ranks = (1 - _DAMPING) / len(sentences) + _DAMPING * (ranks @ flow)
    ranks[0] *= _FIRST
    return [float(rank) for rank in ranks]


def _near(a: frozenset[str], b: frozenset[str]) -> float:
    shared = sum(1 - plainness(word) for word in a & b)
    return shared / (math.log(len(a) + 1) + math.log(len(b) + 1)) if shared else 0.0


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= LONGEST else sentence[: LONGEST - 1].rstrip() + "…"
