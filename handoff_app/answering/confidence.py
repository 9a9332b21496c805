"""How sure one may be that the best article is the right one: a logistic regression over one sign with two parameters.

They are known beforehand from several knowledge bases, and moved by what the owner's own phrasings show.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

RIVALS = 9  # the next best articles, whose mean score the best one rises above
LIKER = 0.8  # a visitor's question is less like an article than the owner's phrasings are like each other
TRUST = (30.0, 100.0)  # how firmly bias and slope are held against an owner's phrasings: 1 / variance of a prior


@dataclass(frozen=True)
class Confidence:
    """`unrelated` is the score that an article usually has which is only a rival: where there are fewer than nine
    others, such ones are thought there."""

    bias: float
    slope: float
    unrelated: float

    def sign(self, score: float, rivals: Sequence[float]) -> float:
        """The score, its lead over the second best article and its rise above the next nine, in one sum.

        `rivals` are the best scores of other articles, best first. Weighed alike they told right from wrong on
        knowledge bases left out as well as with weights of their own.
        """
        others = [*rivals, *[self.unrelated] * RIVALS][:RIVALS]
        return score + (score - others[0]) + (score - sum(others) / RIVALS)

    def of(self, sign: float) -> float:
        """The probability, from 0 to 1, that the article with this sign is right."""
        return float(1 / (1 + np.exp(-(self.bias + self.slope * sign))))

    def fitted(self, signs: Sequence[float], right: Sequence[bool]) -> "Confidence":
        """Moved by tries of phrasings and their outcomes: the most probable parameters, by Newton's method."""
        before = np.array([self.bias, self.slope])
        tries = np.array([[1.0, LIKER * sign] for sign in signs]).reshape(-1, 2)
        outcomes, now = np.array(right, dtype=float), before.copy()
        for _ in range(20):
            expected = 1 / (1 + np.exp(-(tries @ now)))
            slope = tries.T @ (outcomes - expected) - TRUST * (now - before)
            bend = (tries.T * (expected * (1 - expected))) @ tries + np.diag(TRUST)
            now = now + np.linalg.solve(bend, slope)
        return replace(self, bias=float(now[0]), slope=max(float(now[1]), self.slope / 2))


# With LIKER about what loses least of log likelihood on six knowledge bases in English, one in German and one in
# Spanish, each weighed alike: 0.50 a question by meaning, 0.51 by words (0.52 and 0.53 with what was known before).
WORDS = Confidence(bias=-2.6, slope=2.6, unrelated=0.25)
MEANING = Confidence(bias=-3.2, slope=1.6, unrelated=0.5)
# A question that shares no words with what is known is nearly always asked in another language. Then only its meaning
# speaks, all scores are lower, and the same sign says more: on a shop and a gym, asked 157 times in 13 other
# languages, 75 % of what they know is shown instead of 49, and 96 % of what is shown without an offer is right.
FOREIGN = Confidence(bias=-6.0, slope=4.5, unrelated=0.5)
FOREIGN_SHARE = 0.2  # of a question's words that are known at most; 0.3 % of all questions in English are so strange
