"""What a model wrote, made fit for a visitor: the line for the machine read and taken off, foreign links dropped."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from handoff_app.answering import links
from handoff_app.answering.base import Passage
from handoff_app.answering.prompt import MARK

LONGEST: Final = 6000
"""Characters of a reply."""
_LINE: Final = re.compile(rf"\n?[ \t>*`_-]{{0,20}}{MARK}[ \t]*\n?([^\n]*)")
_SAID_BESIDE: Final = re.compile(
    r"confident\W{1,4}(?:yes|no)\b[\W_]{0,4}(?:human\W{1,4}(?:yes|no)\b)?[\W_]{0,4}(\w.*)", re.I
)
"""An answer that some models write on that line, and not below it."""
_DRESS: Final = ">*`_- \t\n"  # what models put around a line
_MAYBE_MARK: Final = f"{MARK[0]}{_DRESS}"
_THOUGHT: Final = re.compile(r"[<\[]think(?:ing)?[>\]].*?(?:[<\[]/think(?:ing)?[>\]]|\Z)", re.DOTALL | re.IGNORECASE)
_THOUGHT_OVER: Final = re.compile(r"\A.*(?:[<\[]/think(?:ing)?[>\]]|<\|channel\|>final<\|message\|>)", re.DOTALL | re.I)
_CONTROL: Final = re.compile(r"<\|[a-z_]{1,30}\|>.*", re.DOTALL | re.IGNORECASE)
_MACHINE: Final = re.compile(r"^[ \t]*(?:```\w*\s*)?[{\[]\s*[\"{\[]", re.MULTILINE)
_CITED: Final = re.compile(r"[ \t]{0,3}\[(\d{1,2}(?:, ?\d{1,2}){0,5})\](?!\()")
_BOLD: Final = re.compile(r"(\*\*|__)(?=\S)(.{1,300}?)(?<=\S)\1")
_HEADING: Final = re.compile(r"^#{1,6} +", re.MULTILINE)
_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Reply:
    """A reply taken apart. `used` holds places in the list of passages, from 0; `whole`: the line was there."""

    text: str
    used: tuple[int, ...] = ()
    confident: bool = False
    human: bool = False
    whole: bool = False


def read(written: str, passages: Sequence[Passage]) -> Reply:
    """The reply in its parts. A line that is broken or missing leaves its parts at nothing, no and no.

    Many models cite as `[1]` in the text too: that counts where the line says nothing.
    """
    thought_out = without_thought(written)
    cited = _places(" ".join(_CITED.findall(thought_out)), len(passages))
    cut = _cut(thought_out)
    if _MACHINE.search(cut.text):  # JSON is for programs
        return Reply("")
    beside = _SAID_BESIDE.search(cut.line) if cut.leads and not cut.text.strip() else None
    return Reply(
        text=plain(beside[1] if beside else cut.text, addresses(passages)),
        used=_places(_value("used", cut.line), len(passages)) or cited,
        confident=_value("confident", cut.line).startswith(("yes", "true")),
        human=_value("human", cut.line).startswith(("yes", "true")),
        whole=cut.marked,
    )


def so_far(written: str, allowed: frozenset[str]) -> str:
    """What may be shown of a reply that still grows: nothing of the machine's line, of a thought, or of half a link.

    Nothing before that line is there and whole, and nothing if it names no passage.
    """
    cut = _cut(without_thought(written))
    if not cut.leads or _MACHINE.search(cut.text) or not re.search(r"\d", _value("used", cut.line)):
        return ""
    grown = links.finished(_settled(cut.text.rstrip(_MAYBE_MARK))) if cut.grows else cut.text
    return plain(grown, allowed)


def plain(text: str, allowed: frozenset[str]) -> str:
    """Plain text that every page, mail and database can carry, with no address but the allowed ones."""
    writable = _UNWRITABLE.sub("", text.encode("utf-8", "replace").decode())
    unescaped = _CITED.sub("", writable).replace("&lt;", "<").replace("&gt;", ">")
    return _HEADING.sub("", _BOLD.sub(r"\2", links.only(unescaped, allowed))).strip()


def without_thought(written: str) -> str:
    """Without what a reasoning model thinks aloud, finished or not; and no longer than anybody would read.

    Some servers leave out where the thought begins: then all before its end is thought.
    """
    said = _THOUGHT.sub("", _THOUGHT_OVER.sub("", written))
    return _CONTROL.sub("", said)[:LONGEST]


def addresses(passages: Sequence[Passage]) -> frozenset[str]:
    """Every address that stands in the passages."""
    return links.found(text for passage in passages for text in (passage.title, passage.text, passage.url))


@dataclass(frozen=True)
class _Cut:
    """A reply's text and the machine's line. Where that `leads`, the text `grows` until another follows."""

    text: str
    line: str = ""
    marked: bool = False
    leads: bool = False
    grows: bool = True


def _cut(said: str) -> _Cut:
    """At the line for the machine, which stands above the text as it was asked for, or below it.

    What a model says before that line although a text follows is chatter, or a thought.
    """
    lines = list(_LINE.finditer(said))
    if not lines:
        return _Cut(said)
    first, after = lines[0], lines[1:2]
    above, below = said[: first.start()], said[first.end() : after[0].start() if after else None]
    if above.strip(_DRESS) and not below.strip(_DRESS):
        return _Cut(above, lines[-1][1], marked=True)
    return _Cut(below, first[1], marked=True, leads=True, grows=not after)


def _settled(text: str) -> str:
    """Without the last word if that may be an address: `acme.example` may yet become `acme.example.evil.net`."""
    start = len(text)
    while start and "!" <= text[start - 1] <= "~":
        start -= 1
    return text[:start] if any(sign in text[start:] for sign in ".:/@") else text


def _value(name: str, line: str) -> str:
    """What follows a name on the machine's line; JSON's quotes and brackets do not matter."""
    found = re.search(rf"{name}\W*([^;}}]*)", line.lower())
    return found[1] if found else ""


def _places(value: str, count: int) -> tuple[int, ...]:
    numbers = dict.fromkeys(int(number) - 1 for number in re.findall(r"\d{1,3}", value))
    return tuple(place for place in numbers if 0 <= place < count)
