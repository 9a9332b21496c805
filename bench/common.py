"""Finds for `handoff_app/answering/common.npz` the words that are not to be read as slips for a rule's words.

`uv run --with wordfreq python -m bench.common` writes the file; the package knows how often each word is written in
each language. To be run after a rule or a slot has changed, and before `bench.hunch`, which learns from what the rules
read.
"""

from collections.abc import Mapping
from math import log10
from typing import Final

import numpy as np

from bench.hunch import ROOT
from handoff_app.answering.common import hashed
from handoff_app.answering.intent import vocabulary
from handoff_app.answering.words import fold, one_edit_apart, words

OFTEN: Final = 1e-6  # of all words
RARER: Final = 2.0  # powers of ten; what is written so much more rarely than its neighbour is a slip for it
SPELT: Final = {"no": "nb"}


def main() -> None:
    from wordfreq import get_frequency_dict

    found = set[str]()
    for grammar in vocabulary().grammars:
        found |= _no_slips(_folded(get_frequency_dict(SPELT.get(grammar.name, grammar.name), "small")))
    file = ROOT / "handoff_app" / "answering" / "common.npz"
    np.savez_compressed(file, words=np.unique(np.array([hashed(word) for word in found], dtype=np.uint32)))
    print(f"{len(found)} words, {file.stat().st_size / 1024:.0f} KB")


def _no_slips(often: Mapping[str, float]) -> set[str]:
    """The words of a language that are near a rule's word, of this language or another, and not much rarer."""
    slips = vocabulary().slips
    found = set()
    for word, share in often.items():
        near = [other for other in slips.meant(word) if other != word and one_edit_apart(word, other)]
        if near and log10(share) > max(log10(often.get(other, OFTEN)) for other in near) - RARER:
            found.add(word)
    return found


def _folded(often: Mapping[str, float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for word, share in often.items():
        folded = fold(word).replace("'", "")
        if share >= OFTEN and len(folded) > 4 and len(words(folded)) == 1:
            found[folded] = max(share, found.get(folded, 0))
    return found


if __name__ == "__main__":
    main()
