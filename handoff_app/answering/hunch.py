"""A hunch that a visitor wants a human, for messages that no grammar understands. It is good for an offer, no more.

A logistic regression over the letters of a message, learned by `python -m bench.hunch`.
"""

import zlib
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from handoff_app.answering.words import fold

SIZE = 1 << 15  # weights; pieces of words that fall on the same one share it
LONGEST = 400  # characters read; a request stands at the end of a long message
PIECES = range(1, 6)  # letters of a piece


def suspects(text: str) -> bool:
    found = pieces(text)
    weights, bias, scale = _learned()
    return bool(found.size) and float(weights[found].sum()) * scale / found.size**0.5 + bias > 0


def pieces(text: str) -> npt.NDArray[np.int64]:
    """Which weights a text touches: its runs of one to five letters, hashed. None where nothing is said."""
    folded = fold(text[-LONGEST:])[-2 * LONGEST :]
    if not any(char.isalnum() for char in folded):
        return np.zeros(0, dtype=np.int64)
    spaced = f" {' '.join(folded.split())} "
    runs = {spaced[at : at + size] for size in PIECES for at in range(len(spaced) - size + 1)}
    return np.array(sorted({zlib.crc32(run.encode()) % SIZE for run in runs}), dtype=np.int64)


@cache
def _learned() -> tuple[npt.NDArray[np.int8], float, float]:
    with files(__package__).joinpath("hunch.npz").open("rb") as file, np.load(file) as learned:
        return learned["weights"], float(learned["bias"]), float(learned["scale"])
