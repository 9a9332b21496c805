"""Articles as files: JSONL and CSV, out and in again."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Final

from defusedcsv import csv as safe_csv
from sqlmodel import Session, col, select

from handoff_app.domain import knowledge
from handoff_app.domain.knowledge import Draft
from handoff_app.domain.models import Article, new_id
from handoff_app.domain.settings import BadValue

FIELDS: Final = ("id", "title", "text", "phrasings", "url", "locale", "enabled")
MOST: Final = 20_000
TOGETHER: Final = 200
"""Articles that are kept in one transaction, so that a chat need not wait for a long file."""
DELIMITERS: Final = (",", ";", "\t")
ALSO: Final[dict[str, str]] = dict.fromkeys(
    ("question", "q", "frage", "titel", "titre", "título", "titulo", "titolo", "pregunta", "domanda", "pergunta",
     "vraag", "pytanie", "вопрос", "питання", "soru", "質問", "问题"), "title",
) | dict.fromkeys(
    ("answer", "a", "content", "body", "antwort", "texte", "texto", "testo", "tekst", "réponse", "reponse", "respuesta",
     "risposta", "resposta", "antwoord", "odpowiedź", "ответ", "відповідь", "cevap", "回答", "答案"), "text",
) | {"alt": "phrasings"}  # fmt: skip
"""What columns are called elsewhere."""
csv.field_size_limit(1_000_000)  # an article may be longer than the default


def as_jsonl(articles: Iterable[Article]) -> str:
    """One article to a line."""
    return "".join(json.dumps(_plain(article), ensure_ascii=False) + "\n" for article in articles)


def as_csv(articles: Iterable[Article]) -> str:
    """A table; phrasings stand one to a line in their cell. No cell can be taken for a formula."""
    out = io.StringIO("\ufeff")  # by which spreadsheets know UTF-8
    out.seek(1)
    writer = safe_csv.DictWriter(out, FIELDS)
    writer.writeheader()
    for article in articles:
        row = _plain(article)
        writer.writerow(row | {"phrasings": "\n".join(row["phrasings"]), "enabled": int(row["enabled"])})
    return out.getvalue()


@dataclass(frozen=True)
class Row:
    """One article of a file. `given` are the columns that the file has: what it does not name stays as it is."""

    draft: Draft
    given: Mapping[str, Any]


def read(name: str, content: bytes) -> list[Row]:
    """The articles of a file, all or none of them fit to be kept. Raises `BadValue`. Takes a second for a long one."""
    rows = []
    try:
        for number, row in enumerate(_rows(name, _decoded(name, content)), 1):
            if number > MOST:
                raise BadValue("file", f"{MOST:,} articles are the most for one file.")
            rows.append(_row(f"Article {number} of {name}", row))
    except csv.Error as error:
        raise BadValue("file", f"{name} is not a table that can be read: {error}.") from error
    if not rows:
        raise BadValue("file", f"There is no article in {name}.")
    return rows


def keep(session: Session, rows: Sequence[Row], kept: Set[str] = frozenset()) -> set[str]:
    """Add them, or replace those with a known id, or without one with a known title. Returns their ids.

    `kept` are ids of the same file: two of its articles may have one title.
    """
    before = _known(session, rows)
    ids: set[str] = set()
    for row in rows:
        found = before.get(row.draft.id) if row.draft.id else before.get(row.draft.title)
        if found is None or found.id in ids or found.id in kept:
            found = Article(id=row.draft.id or new_id(), title="", text="")
        had = Draft(found.id, "", "", "\n".join(found.phrasings or ()), found.url or "")
        own = {name: value for name, value in row.given.items() if name in ("phrasings", "url")}
        wanted = replace(had, title=row.draft.title, text=row.draft.text, **own)
        more = {name: value for name, value in row.given.items() if name not in own}
        ids.add(knowledge.put(session, found, wanted, **more).id)
    return ids


def _known(session: Session, rows: Sequence[Row]) -> dict[str, Article]:
    """The articles that these replace, by id and by title."""
    ids = [row.draft.id for row in rows if row.draft.id]
    titles = [row.draft.title for row in rows if not row.draft.id]
    query = select(Article).where(col(Article.id).in_(ids) | col(Article.title).in_(titles))
    return {key: article for article in session.exec(query) for key in (article.title, article.id)}


def _decoded(name: str, content: bytes) -> str:
    """UTF-8, or the UTF-16 in which a spreadsheet writes "Unicode text". No code page is guessed: it would be wrong."""
    code = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(code)
    except UnicodeDecodeError as error:
        raise BadValue("file", f"{name} is not UTF-8 text. Save it as “CSV UTF-8”, then try again.") from error


def _rows(name: str, text: str) -> Iterator[dict[str, Any]]:
    if name.lower().endswith(".csv"):
        yield from _table(name, text.replace("\r\n", "\n").replace("\r", "\n"))
        return
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadValue("file", f"Line {number} of {name} is not JSON.") from error
        if not isinstance(row, dict):
            raise BadValue("file", f"Line {number} of {name} is no object with a title and a text.")
        yield {ALSO.get(str(named), str(named)): value for named, value in row.items()} | row


def _table(name: str, text: str) -> Iterator[dict[str, Any]]:
    """Commas, semicolons or tabs: whichever makes columns of the first line that are known."""
    if text.casefold().startswith("sep="):
        text = text.partition("\n")[2]
    for delimiter in DELIMITERS:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        named = [column.strip().casefold() for column in next(rows, [])]
        columns = [name if ALSO.get(name) in named else ALSO.get(name, name) for name in named]
        if {"title", "text"} <= set(columns):
            break
    else:
        raise BadValue("file", f"The first line of {name} must name the columns, with title and text among them.")
    for cells in rows:
        if any(cell.strip() for cell in cells):
            yield {column: _unquoted(cell) for column, cell in zip(columns, cells, strict=False)}


def _row(place: str, row: dict[str, Any]) -> Row:
    given: dict[str, Any] = {}
    if "phrasings" in row:
        said = row["phrasings"] or []
        given["phrasings"] = "\n".join(map(str, said)) if isinstance(said, list) else str(said)
    if "url" in row:
        given["url"] = str(row["url"] or "")
    if row.get("locale"):
        given["locale"] = str(row["locale"])[:20]
    if row.get("enabled") not in (None, ""):
        given["enabled"] = str(row["enabled"]).lower() not in ("0", "false", "no")
    id = str(row.get("id") or "")
    title = knowledge.clean(" ".join(str(row.get("title") or "").split()))
    draft = Draft(id if re.fullmatch(r"[\w.-]{1,64}", id) else "", title, str(row.get("text") or ""))
    try:
        knowledge.check(replace(draft, phrasings=given.get("phrasings", ""), url=given.get("url", "")))
    except BadValue as error:
        raise BadValue("file", f"{place}: {error}") from error
    return Row(draft, given)


def _plain(article: Article) -> dict[str, Any]:
    return {name: getattr(article, name) for name in FIELDS}


def _unquoted(cell: str) -> str:
    """A cell as it was before it was made harmless for spreadsheets."""
    return cell[1:].replace("\\|", "|") if cell[:1] == "'" and cell[1:2] in tuple("=+-@|%\\") else cell
