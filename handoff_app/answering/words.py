"""Text as clauses of comparable words, in any script. Knows no language and no rule."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise, zip_longest
from typing import Final

HEAD, TAIL = 1400, 600  # characters read of a long message; a request stands at its beginning or at its end
CLAUSE, OVERLAP = 48, 16  # words of a clause read at once; the next piece begins OVERLAP words before the cut
MOST_CLAUSES = 40
LONGEST_WORD = 24

Clause = tuple[str, ...]

# Written without spaces: each sign is a word, so that a rule's phrase is found wherever it stands.
_SPACELESS: Final = "\u0e00-\u0e7f\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_WORD: Final = re.compile(rf"[{_SPACELESS}]|,|(?:(?![{_SPACELESS}])[^\W_]|[\u0900-\u0963\u0966-\u0dff])+")
_BETWEEN_SIGNS: Final = re.compile(rf"(?<=[{_SPACELESS}]) (?=[{_SPACELESS}])")
_BREAK: Final = re.compile(r"[!?;:\n¿¡()。।؟؛…]|\.(?!\d)|\s[-–—]+\s")
_DRAWN_OUT: Final = re.compile(rf"((?![{_SPACELESS}])[^\W\d_])\1{{2,}}")  # "pleaaase"
# What is quoted is told about, unless it is a word or two: a "real" person is wanted all the same.
_QUOTED: Final = re.compile(
    r"""["“”„][^"“”„\n]{4,}["“”]|«[^»\n]{4,}»|「[^」\n]{4,}」|『[^』\n]{4,}』|(?<!\w)['‘][^'‘’\n]{4,}['’](?!\w)"""
)
_INVISIBLE: Final = dict.fromkeys(
    [0x00AD, 0x0640, 0x2060, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_SAME: Final = (
    str.maketrans(dict.fromkeys("’‘`´ʼ׳", "'"))
    | str.maketrans("łøđıіїєґةىیېکگ،、", "lodiииегهيييكك,,")
    | str.maketrans({"æ": "ae", "œ": "oe", "ё": "е"})
    | _INVISIBLE
)
_KEPT: Final = frozenset("\u3099\u309a\u094d")  # voicing marks and virama tell words apart; other marks are accents


def fold(text: str) -> str:
    """Lower case without accents; letters that people type for one another are one; every apostrophe the plain one."""
    lowered = text.casefold()
    if lowered.isascii():
        return lowered.translate(_SAME)
    decomposed = unicodedata.normalize("NFKD", lowered.translate(_SAME))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char) or char in _KEPT)
    return unicodedata.normalize("NFC", plain).translate(_SAME)


def readings(text: str) -> Iterator[tuple[Clause, Clause]]:
    """A message's clauses, with words joined at apostrophes ("dont") and with words split ("l agent")."""
    folded = fold(_unquoted(text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}\n{text[-TAIL:]}"))[
        : 2 * (HEAD + TAIL)
    ]
    folded = _DRAWN_OUT.sub(r"\1", folded)
    joined = clauses(folded.replace("'", ""))
    return zip_longest(joined, clauses(folded.replace("'", " ")) if "'" in folded else joined, fillvalue=())


def _unquoted(text: str) -> str:
    """The text without what it quotes; the whole text where nothing would remain to be said."""
    rest = _QUOTED.sub(lambda quote: "\n" if len(words(quote[0])) > 2 else quote[0], text)
    return rest if any(len(word) > 1 for word in words(rest)) else text


def clauses(folded: str) -> list[Clause]:
    parts = (_without_codes(words(part)) for part in _BREAK.split(folded))
    pieces = list(dict.fromkeys(piece for part in parts if part for piece in _pieces(part)))
    return pieces if len(pieces) <= MOST_CLAUSES else pieces[: MOST_CLAUSES // 2] + pieces[-MOST_CLAUSES // 2 :]


def _without_codes(clause: Clause) -> Clause:
    """Without the numbers it ends with, such as an order's: "I want a human 4711" ends with a human."""
    end = len(clause)
    while end > 1 and any(char.isdecimal() for char in clause[end - 1]):
        end -= 1
    return clause[:end]


def words(folded: str) -> Clause:
    return tuple(_WORD.findall(folded))


def as_text(clause: Clause) -> str:
    """A clause as a text again, folded; between signs that are written without spaces there are none."""
    return _BETWEEN_SIGNS.sub("", " ".join(clause))


def between_commas(clause: Clause) -> list[Clause]:
    """A clause's parts, empty ones too: so two readings of a clause keep in step."""
    ends = [at for at, word in enumerate(clause) if word == ","]
    return [clause[start + 1 : end] for start, end in pairwise([-1, *ends, len(clause)])]


def word_places(text: str) -> Iterator[tuple[str, int]]:
    """Each word of a text as it is written there, folded, and where it begins; split at apostrophes, without commas."""
    return ((fold(found[0]), found.start()) for found in _WORD.finditer(text) if found[0] != ",")


def deletions(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def one_edit_apart(word: str, other: str) -> bool:
    """One letter added, dropped, changed or swapped with the next. Another first letter or a new ending is no slip."""
    shorter, longer = sorted((word, other), key=len)
    if word[:2] == other[1::-1]:
        return word[2:] == other[2:]
    if word[0] != other[0] or (longer.startswith(shorter) and longer[-1] != longer[-2]):
        return False
    if len(word) != len(other):
        return shorter in deletions(longer)
    differing = [at for at in range(len(word)) if word[at] != other[at]]
    if len(differing) == 2:
        first, second = differing
        return second == first + 1 and word[first] == other[second] and word[second] == other[first]
    return len(differing) == 1


def _pieces(part: Clause) -> Iterator[Clause]:
    for start in range(0, max(1, len(part) - OVERLAP), CLAUSE - OVERLAP):
        yield part[start : start + CLAUSE]
