"""Which of many texts is most like another, by meaning where the model is there, else by words."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import numpy as np

from handoff_app.answering.encoder import Vectors
from handoff_app.answering.terms import words

LIKE: Final = 0.75
"""Cosine from which two questions are taken for the same. Of the sample shop's 139 phrasings of 21 things each was
compared with all others: 27 % find one, 73 % of these of their own kind; with that kind taken away 7 % still find one.
At 0.7 it is 40, 62 and 17 %, at 0.8 it is 15, 81 and 3 %. A person reads what is found before it is used."""
SHARED: Final = 0.6  # the share of words, where there is no model: 12, 65 and 6 %
REMEMBERED: Final = 1_000  # texts, at 2 KB each

Encode = Callable[[Sequence[str]], Awaitable[Vectors | None]]


class Likeness:
    """Compares texts, and remembers their vectors: the same ones are compared again and again."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._known: OrderedDict[str, Vectors] = OrderedDict()

    async def nearest(self, text: str, others: Sequence[str]) -> int | None:
        """The place of the text that is most like this one, or None if none is like it."""
        if not others:
            return None
        vectors = await self._vectors([text, *others])
        scores = _by_words(text, others) if vectors is None else vectors[1:] @ vectors[0]
        best = int(np.argmax(scores))
        return best if scores[best] >= (SHARED if vectors is None else LIKE) else None

    async def _vectors(self, texts: Sequence[str]) -> Vectors | None:
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        made = await self._encode(new) if new else None
        if new and made is None:
            return None
        found = dict(zip(new, made, strict=True)) if made is not None else {}
        found |= {text: self._known[text] for text in texts if text not in found}
        for text in texts:
            self._known[text] = found[text]
            self._known.move_to_end(text)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return np.stack([found[text] for text in texts])


def _by_words(text: str, others: Sequence[str]) -> Vectors:
    mine = frozenset(words(text))
    shares = [len(mine & theirs) / (len(mine | theirs) or 1) for theirs in map(frozenset, map(words, others))]
    return np.array(shares, dtype=np.float32)
