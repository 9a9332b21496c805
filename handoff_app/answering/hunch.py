"""A hunch that a visitor wants a human, for messages that no rule understands.

Two logistic regressions, over the letters of a message and over its shape, learned by `python -m bench.hunch`.
"""

import zlib
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from handoff_app.answering.words import fold

SIZE = 1 << 15  # weights of each; what falls on the same one shares it
LONGEST = 400  # characters read; a request stands at the end of a long message
PIECES = range(1, 6)  # letters of a piece

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Weights:
    """What each sign adds to the log odds of a request: whole numbers, to be multiplied by `scale`."""

    each: npt.NDArray[np.int8]
    scale: float

    def sum(self, touched: Places) -> float:
        """Of the weights that a text touches, by the square root of their number: a long text is no surer."""
        share: float = self.scale / max(1, touched.size) ** 0.5
        return int(self.each[touched].sum(dtype=np.int64)) * share


def odds(text: str, shape: Set[str]) -> float:
    """The log odds that a message asks for a human, given the signs of its shape. Minus infinity if nothing is said."""
    found = pieces(text)
    if not found.size:
        return -np.inf
    letters, shapes, bias = _learned()
    return letters.sum(found) + shapes.sum(places(shape)) + bias


def pieces(text: str) -> Places:
    """Which weights a text's letters touch: its runs of one to five, hashed. None where nothing is said."""
    folded = fold(text[-LONGEST:])[-2 * LONGEST :]
    if not any(char.isalnum() for char in folded):
        return np.zeros(0, dtype=np.int64)
    spaced = f" {' '.join(folded.split())} "
    return places({spaced[at : at + size] for size in PIECES for at in range(len(spaced) - size + 1)})


def places(signs: Iterable[str]) -> Places:
    """Which weights these signs touch."""
    return np.array(sorted({zlib.crc32(sign.encode("utf-8", "replace")) % SIZE for sign in signs}), dtype=np.int64)


@cache
def _learned() -> tuple[Weights, Weights, float]:
    with files(__package__).joinpath("hunch.npz").open("rb") as file, np.load(file) as learned:
        letters = Weights(learned["letters"], float(learned["letters_scale"]))
        return letters, Weights(learned["shapes"], float(learned["shapes_scale"])), float(learned["bias"])
