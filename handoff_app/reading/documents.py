"""Documents that an admin uploads: Markdown, text, HTML, PDF and Word."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from handoff_app.reading import pages

MOST_PAGES: Final = 2_000
MOST_UNPACKED: Final = 100 * 1024 * 1024
MOST_MARKUP: Final = 4 * 1024 * 1024
"""Of one part of a Word document: its pictures may be large, its text takes seconds for each megabyte."""
MOST_TEXT: Final = 200_000


_FRONT_MATTER: Final = re.compile(r"\A\s*---[ \t\r]*\n(?:.{0,1000}\n){0,100}?---[ \t\r]*(?:\n|\Z)")
_TITLE: Final = re.compile(r"^title:(.*)$", re.MULTILINE | re.IGNORECASE)
"""What static sites write above a page: settings, of which only the title is for people."""

_NO_TITLE: Final = re.compile(
    r"(?:untitled|document\d*|microsoft word|powerpoint)\b.*|.*\.(?:docx?|pdf|indd|tex|odt)", re.I
)
"""What programs write when nobody gave a title."""
_ENDS: Final = ".!?:;。！？"


class Unreadable(ValueError):
    """The document cannot be read; the message is one sentence that names it."""


@dataclass(frozen=True)
class Document:
    """A document's title, and its text with headings marked by `#`."""

    title: str
    text: str


def read(name: str, content: bytes) -> Document:
    """The document of this file name; takes seconds for a long PDF. Raises `Unreadable`."""
    kind = PurePath(name).suffix.lower()
    if kind not in _READERS:
        raise Unreadable(f"{name} is of no kind that can be read. Use {', '.join(sorted(_READERS))}, .csv or .jsonl.")
    try:
        title, text = _READERS[kind](name, content)
    except Unreadable:
        raise
    except Exception as error:  # the libraries raise whatever a broken file makes them stumble over
        raise Unreadable(f"{name} is damaged, or is not what its name says.") from error
    if not text.strip():
        raise Unreadable(f"There is no text in {name}. If it was scanned, export it with its text.")
    if len(text) > MOST_TEXT:
        raise Unreadable(f"{name} has more than {MOST_TEXT:,} characters. Split it, for example by chapter.")
    return Document((title or PurePath(name).stem.replace("_", " ").replace("-", " "))[:200].strip(), text.strip())


def _markdown(name: str, content: bytes) -> tuple[str, str]:
    matter = _FRONT_MATTER.match(text := _decoded(content))
    named = _TITLE.search(matter[0]) if matter else None
    text = text[matter.end() :] if matter else text
    if named:
        return named[1].strip().strip("\"'"), text
    first = next((line for line in text.splitlines() if line.strip()), "")
    return (first.lstrip("# ").strip(), text) if first.startswith("#") else ("", text)


def _html(name: str, content: bytes) -> tuple[str, str]:
    page = pages.read(content)
    return page.title, page.text


def _pdf(name: str, content: bytes) -> tuple[str, str]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable(f"{name} is protected by a password. Save it without one, then upload it again.")
    if len(reader.pages) > MOST_PAGES:
        raise Unreadable(f"{name} has more than {MOST_PAGES:,} pages. Split it first.")
    title = str(reader.metadata.title or "").strip() if reader.metadata else ""
    pages = (_unwrapped(page.extract_text().strip()) for page in reader.pages)
    return "" if _NO_TITLE.fullmatch(title) else title, "\n\n".join(filter(None, pages))


def _unwrapped(text: str) -> str:
    """A page's lines as sentences: where a line is full and its sentence goes on, the next one belongs to it."""
    lines = [line.strip() for line in text.splitlines()]
    full, told = 0.6 * max(map(len, lines), default=0), ""
    for line in lines:
        if told.endswith("-") and line[:1].islower():
            told = told[:-1] + line
        elif len(told) - told.rfind("\n") > full and told[-1:] not in _ENDS and line[:1].isalnum():
            told += f" {line}"
        else:
            told += f"\n{line}"
    return told.strip()


def _docx(name: str, content: bytes) -> tuple[str, str]:
    import mammoth

    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
            raise Unreadable(f"{name} unpacks to more than 100 MB.")
        if any(part.file_size > MOST_MARKUP for part in packed.infolist() if part.filename.endswith(".xml")):
            raise Unreadable(f"{name} is too long. Split it, for example by chapter.")
    no_pictures = mammoth.images.img_element(lambda image: {"src": ""})
    page = pages.whole(mammoth.convert_to_html(io.BytesIO(content), convert_image=no_pictures).value)
    return page.title, page.text


def _decoded(content: bytes) -> str:
    """UTF-8, or what it looks like."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        return str(from_bytes(content).best() or content.decode("latin-1"))


_READERS: Final[dict[str, Callable[[str, bytes], tuple[str, str]]]] = {
    ".md": _markdown,
    ".txt": _markdown,
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
    ".docx": _docx,
}
