"""Which addresses a text may hold: those that stand in its sources, and no picture at all."""

import re
from collections.abc import Iterable
from typing import Final

# Every repetition that could run over a whole text is bounded: the text is a stranger's.
# What a browser or a mail program would make a link of: with a scheme, with www, with a path, a mail address, and a
# bare host with an ending that no abbreviation has, and no word with which a sentence may begin.
_ENDINGS: Final = (
    "com|net|org|info|biz|shop|site|online|store|example|app|dev|xyz|top|link|click|page|live|icu|io|co|ai|gg|ly|sh|ws|cc"
    "|pw|su|tk|eu|de|fr|uk|nl|pl|ru|ua|cn|br|club|vip|win|bid|zip|mov|tech|space|website|host|fun|pro|mobi"
)
_DOTS: Final = re.compile(r"(?<=[a-z0-9])[\uff0e\u3002\u2024](?=[a-z0-9])", re.IGNORECASE)  # browsers take them for one
_ADDRESS: Final = re.compile(
    r"[a-z][a-z0-9+.-]{1,30}://[^\s<>\"'”“]+"
    r"|(?:javascript|data|vbscript|mailto|tel|sms):[^\s<>\"'”“]+"
    r"|www\.[^\s<>\"'”“]+"
    r"|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"
    r"|//(?:[\w-]+\.)+[a-z]{2,}[^\s<>\"'”“]*"
    r"|(?<![\w@.-])(?:[\w-]+\.)+[a-z]{2,}/[^\s<>\"'”“]*"
    rf"|(?<![\w@.-])(?:[\w-]+\.)+(?:{_ENDINGS})\b",
    re.IGNORECASE,
)
_IMAGE: Final = re.compile(r"!\[[^\]]{0,500}\](?:\([^)]{0,2000}\)|\[[^\]]{0,500}\])?")
_LINK: Final = re.compile(r"\[([^\]]{0,500})\]\(\s*<?((?:[^()\s<>]|\([^()\s]*\))*)>?[^)]*\)")
_TAG: Final = re.compile(r"</?[a-z][^>]{0,2000}>", re.IGNORECASE)
_UNFINISHED: Final = re.compile(r"!?\[[^\]]*(?:\](?:\([^)]*)?)?\Z|<[^>]*\Z")
_GAP: Final = re.compile(r"\(\s*\)|[ \t]+(?=[ \t.,\n]|\Z)")  # what a dropped address leaves behind
_LONGEST_UNFINISHED: Final = 300


def found(texts: Iterable[str]) -> frozenset[str]:
    """Every address in these texts, in the form in which they are compared."""
    return frozenset(_form(match[0]) for text in texts for match in _ADDRESS.finditer(text))


def only(text: str, allowed: frozenset[str]) -> str:
    """The text without images and tags, and without every address that is not allowed. Markdown links become words."""
    dotted = _DOTS.sub(".", _IMAGE.sub("", text))
    plain = _TAG.sub("", _LINK.sub(lambda match: _as_words(match, allowed), dotted))
    kept = _ADDRESS.sub(lambda match: _kept(match[0], allowed), plain)
    return _GAP.sub("", kept)


def finished(text: str) -> str:
    """A text that still grows, without a link, image or tag of which only the beginning is there."""
    match = _UNFINISHED.search(text, max(0, len(text) - _LONGEST_UNFINISHED))
    return text[: match.start()] if match else text


def _as_words(match: re.Match[str], allowed: frozenset[str]) -> str:
    words, address = match[1].strip(), match[2]
    return f"{words} ({address})" if _form(address) in allowed and words != address else words


def _kept(address: str, allowed: frozenset[str]) -> str:
    """The address, or what stood behind it."""
    if _form(address) in allowed:
        return address
    bare = address.rstrip(".,;:!?)]}»*_")
    return address[len(bare) :]


def _form(address: str) -> str:
    return address.rstrip(".,;:!?)]}»*_").rstrip("/").casefold()
