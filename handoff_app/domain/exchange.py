"""Articles as files: JSONL and CSV, out and in again."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from defusedcsv import csv as safe_csv
from sqlmodel import Session, select

from handoff_app.domain import knowledge
from handoff_app.domain.knowledge import Draft
from handoff_app.domain.models import Article
from handoff_app.domain.settings import BadValue

FIELDS: Final = ("id", "title", "text", "phrasings", "url", "locale", "enabled")
MOST: Final = 20_000


def as_jsonl(articles: Iterable[Article]) -> str:
    """One article to a line."""
    return "".join(json.dumps(_plain(article), ensure_ascii=False) + "\n" for article in articles)


def as_csv(articles: Iterable[Article]) -> str:
    """A table; phrasings stand one to a line in their cell. No cell can be taken for a formula."""
    out = io.StringIO()
    writer = safe_csv.DictWriter(out, FIELDS)
    writer.writeheader()
    for article in articles:
        row = _plain(article)
        writer.writerow(row | {"phrasings": "\n".join(row["phrasings"]), "enabled": int(row["enabled"])})
    return out.getvalue()


def bring_in(session: Session, name: str, content: bytes) -> int:
    """Add the articles of a file, all or none; one with a known id or title is replaced. Raises `BadValue`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadValue("file", f"{name} is not UTF-8 text. Save it as UTF-8, then try again.") from error
    number = 0
    for number, row in enumerate(_rows(name, text), 1):
        if number > MOST:
            raise BadValue("file", f"{MOST:,} articles are the most for one file.")
        _keep(session, name, number, row)
    if not number:
        raise BadValue("file", f"There is no article in {name}.")
    return number


def _rows(name: str, text: str) -> Iterator[dict[str, Any]]:
    if name.lower().endswith(".csv"):
        rows = csv.DictReader(io.StringIO(text))
        if not {"title", "text"} <= set(rows.fieldnames or ()):
            raise BadValue("file", f"The first line of {name} must name the columns, with title and text among them.")
        yield from ({key: _unquoted(value or "") for key, value in row.items() if key} for row in rows)
        return
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BadValue("file", f"Line {number} of {name} is not JSON.") from error
        if not isinstance(row, dict):
            raise BadValue("file", f"Line {number} of {name} is no object with a title and a text.")
        yield row


def _keep(session: Session, name: str, number: int, row: dict[str, Any]) -> None:
    phrasings = row.get("phrasings") or []
    said = "\n".join(map(str, phrasings)) if isinstance(phrasings, list) else str(phrasings)
    title = str(row.get("title") or "")
    wanted = Draft(_known(session, str(row.get("id") or ""), title), title, str(row.get("text") or ""), said)
    extra = {"url": str(row.get("url") or "")[:2000], "locale": str(row.get("locale") or "en")[:20]}
    try:
        knowledge.save(session, wanted, **extra, enabled=str(row.get("enabled", 1)).lower() not in ("0", "false", "no"))
    except BadValue as error:
        raise BadValue("file", f"Article {number} of {name}: {error}") from error


def _known(session: Session, id: str, title: str) -> str:
    query = select(Article.id).where((Article.id == id) | (Article.title == " ".join(title.split())))
    found: Sequence[str] = session.exec(query).all()
    return id if id in found else next(iter(found), "")


def _plain(article: Article) -> dict[str, Any]:
    return {name: getattr(article, name) for name in FIELDS}


def _unquoted(cell: str) -> str:
    """A cell as it was before it was made harmless for spreadsheets."""
    return cell[1:].replace("\\|", "|") if cell[:1] == "'" and cell[1:2] in tuple("=+-@|%\\") else cell
