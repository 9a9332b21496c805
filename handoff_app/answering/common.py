"""Words that people write often, in any language: such a word is no slip for another.

`direccion` is Spanish for address, and not misspelt French for management. Learned by `python -m bench.common` from the
frequencies of the package `wordfreq` (Robyn Speer, 2022), for words that are one edit from a rule's.
"""

import zlib
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt


def is_common(word: str) -> bool:
    """Whether this folded word is one of them. Words are kept as hashes: one in 100,000 others is taken for one."""
    known = _learned()
    at = int(np.searchsorted(known, hashed(word)))
    return at < known.size and int(known[at]) == hashed(word)


def hashed(word: str) -> int:
    """What is kept of a word: 32 bits."""
    return zlib.crc32(word.encode("utf-8", "replace"))


@cache
def _learned() -> npt.NDArray[np.uint32]:
    with files(__package__).joinpath("common.npz").open("rb") as file, np.load(file) as learned:
        words: npt.NDArray[np.uint32] = learned["words"]
        return words
