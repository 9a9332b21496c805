"""Markdown as a visitor reads it: the words, without the marks.

By hand, for a parser of Markdown is too sure that a text is Markdown: of the "3*4*5 cm" that somebody typed into an
article it makes 345.
"""

import re
from typing import Final

_FENCE: Final = re.compile(r"^ {0,3}(?:```|~~~)[^\n]*\n?", re.MULTILINE)
_RULE: Final = re.compile(r"^ {0,3}(?:(?:\* ?){3,}|(?:- ?){3,}|(?:_ ?){3,}|={3,})[ \t]*$\n?", re.MULTILINE)
_HEADING: Final = re.compile(r"^ {0,3}#{1,6} +(.*?)(?: +#+)?[ \t]*$", re.MULTILINE)
_QUOTE: Final = re.compile(r"^(?: {0,3}> ?)+", re.MULTILINE)
_ITEM: Final = re.compile(r"^( *)[*+] +(?=\S)", re.MULTILINE)
_TABLE_LINE: Final = re.compile(r"^ *\|?(?: *:?-{2,}:? *\|)+(?: *:?-{2,}:? *)?$\n?", re.MULTILINE)
_TABLE_ROW: Final = re.compile(r"^ *\|(.*)\| *$", re.MULTILINE)
_COMMENT: Final = re.compile(r"<!--.{0,1000}?-->", re.DOTALL)
_BREAK: Final = re.compile(r"<br ?/?>", re.IGNORECASE)
_IMAGE: Final = re.compile(r"!\[[^\]\n]{0,500}\](?:\([^)\n]{0,2000}\)|\[[^\]\n]{0,500}\])")
_LINK: Final = re.compile(
    r"\[([^\]\n]{1,500})\]\(<?([^()\s<>]{1,2000}(?:\([^()\s]{0,200}\))?)>?(?: +[\"'][^\n]{0,200}?[\"'])?\)"
)
_POINTER: Final = re.compile(r"<((?:https?://|mailto:)[^\s<>]{1,2000})>")
_STRONG: Final = re.compile(r"(\*\*|__|~~)(?=\S)([^\n]{1,300}?)(?<=\S)\1")
_STRESSED: Final = re.compile(r"(?<![\w*_\\])([*_])(?=[^\s*_])([^\n*_]{1,500}?)(?<=\S)\1(?![\w*_])")
_CODE: Final = re.compile(r"(`{1,2})(?=[^`])([^\n`]{1,500})\1(?!`)")
_ESCAPED: Final = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~-])")
_GAPS: Final = re.compile(r"\n{3,}")


def answer(title: str, text: str) -> str:
    """A passage as plain words, without a first heading that says again what the article is called."""
    first, _, rest = text.lstrip().partition("\n")
    repeats = first.startswith("#") and words(first).casefold() in title.casefold()
    return words(rest if repeats and rest.strip() else text)


def words(text: str) -> str:
    """The text as plain words: its lines, lists and paragraphs stay, links become "words (address)"."""
    text = _BREAK.sub("\n", _COMMENT.sub("", text))
    for marks in (_FENCE, _RULE, _TABLE_LINE, _QUOTE, _IMAGE):
        text = marks.sub("", text)
    text = _TABLE_ROW.sub(_cells, _ITEM.sub(r"\1- ", _HEADING.sub(r"\1", text)))
    text = _POINTER.sub(r"\1", _LINK.sub(_linked, text))
    for marks in (_STRONG, _STRONG, _STRESSED, _CODE):  # bold may hold bold of the other kind
        text = marks.sub(r"\2", text)
    return _GAPS.sub("\n\n", _ESCAPED.sub(r"\1", text)).strip()


def _cells(row: "re.Match[str]") -> str:
    return " · ".join(filter(None, (cell.strip() for cell in re.split(r"(?<!\\)\|", row[1]))))


def _linked(link: "re.Match[str]") -> str:
    """Words and address; an address that leads somewhere from this one page only is not worth showing."""
    said, address = link[1].strip(), link[2]
    bare = address.removeprefix("mailto:")
    leads = address.startswith(("http://", "https://", "mailto:")) and said not in (address, bare)
    return f"{said} ({bare})" if leads else said
