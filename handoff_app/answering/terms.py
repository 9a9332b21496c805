"""Text as words that can be compared: folded, lightly stemmed. It knows no language's list of words."""

import re
from functools import lru_cache

from handoff_app.answering.words import fold

_CJK = r"\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+")

# How often a word stands in a text whatever its subject, by its length in letters: short words are mostly grammar, in
# every language with an alphabet.
_PLAIN = {1: 0.4, 2: 0.4, 3: 0.3, 4: 0.15, 5: 0.06}
_RARE = 0.03


def words(text: str) -> list[str]:
    """Folded and lightly stemmed words in order; Chinese and Japanese characters are a word each."""
    return [stem(word) for word in _WORD.findall(fold(text).replace("'", ""))]


def plainness(word: str) -> float:
    """The share of all texts, whatever their subject, in which such a word is expected."""
    if word.isdigit() or "\u3400" <= word[0] <= "\u9fff":
        return _RARE
    return _PLAIN.get(len(word), _RARE)


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Takes English endings off: plurals, -ing and -ed with their doubled consonant, a final e, y as i."""
    word = _singular(word)
    for ending in ("ing", "ed"):
        root = word.removesuffix(ending)
        if root != word and len(root) >= 3 and re.search("[aeiouy]", root):
            word = root[:-1] if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lsz" else root
            break
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    return word[:-1] + "i" if len(word) > 3 and word.endswith("y") else word


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
