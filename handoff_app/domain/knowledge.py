"""What the AI may know: articles, as the owner writes them, and as their page shows them."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, func, select, update

from handoff_app import live
from handoff_app.domain import search, settings, shop, texts
from handoff_app.domain.models import Article, Source, now, stamp
from handoff_app.domain.settings import BadValue

TOPIC: Final = "knowledge"
WINDOW: Final = 50
LONGEST_TITLE, LONGEST_TEXT, LONGEST_PHRASING, MOST_PHRASINGS = 200, 200_000, 300, 100
_DEMO = Path(__file__).parent.parent / "demo.toml"


@dataclass(frozen=True)
class Shown:
    """One article in the list."""

    id: str
    title: str
    origin: str
    answers: int
    edited: str
    enabled: bool


@dataclass(frozen=True)
class Draft:
    """An article as it is being written; an empty `id` is a new one. Phrasings stand one to a line."""

    id: str = ""
    title: str = ""
    text: str = ""
    phrasings: str = ""
    url: str = ""


def rows(session: Session, sought: str = "", skip: int = 0) -> list[Shown]:
    """A window of the articles, those that answer most first."""
    query = select(Article).where(*_search(sought)).order_by(col(Article.answers).desc(), Article.title, Article.id)
    return [_shown(article) for article in session.exec(query.offset(skip).limit(WINDOW))]


def count(session: Session, sought: str = "") -> int:
    """How many articles there are, or are found."""
    return session.exec(select(func.count()).select_from(Article).where(*_search(sought))).one()


def draft(session: Session, id: str) -> Draft:
    """An article to edit; an empty one if it is gone."""
    found = session.get(Article, id)
    if found is None:
        return Draft()
    return Draft(found.id, found.title, found.text, "\n".join(found.phrasings), found.url)


def save(session: Session, wanted: Draft, **extra: Any) -> Article:
    """Add or change an article; `extra` are further columns. Raises `BadValue`, with what to change."""
    article = (session.get(Article, wanted.id) if wanted.id else None) or Article(title="", text="")
    return put(session, article, wanted, **extra)


def check(wanted: Draft) -> tuple[str, list[str]]:
    """Its title and phrasings as they are kept. Raises `BadValue`, with what to change."""
    title, phrasings = clean(" ".join(wanted.title.split())), _phrasings(clean(wanted.phrasings))
    if not title:
        raise BadValue("title", "Give it a title: the question it answers, or its subject.")
    if len(title) > LONGEST_TITLE:
        raise BadValue("title", f"{LONGEST_TITLE} characters are the most for a title.")
    if not wanted.text.strip():
        raise BadValue("text", "Write the answer: visitors read these very words.")
    if len(wanted.text) > LONGEST_TEXT:
        raise BadValue("text", f"{LONGEST_TEXT:,} characters are the most for an article.")
    _address(wanted.url)
    return title, phrasings


def _address(typed: str) -> str:
    """A whole web address, a path on this server, or nothing; `https://` need not be typed. Raises `BadValue`."""
    typed = clean(typed).strip()[:2000]
    if re.fullmatch(r"[\w-]+(\.[\w-]+)+(:\d+)?([/?#]\S*)?", typed):
        typed = f"https://{typed}"
    if typed and not re.fullmatch(r"(https?://[^\s/\[]|/(?!/))\S*", typed, re.IGNORECASE):
        raise BadValue("url", "This is not a web address. It should look like https://example.com/page.")
    return typed


def put(session: Session, article: Article, wanted: Draft, **extra: Any) -> Article:
    """Make this article so, whether it is new or known. Raises like `save`."""
    title, phrasings = check(wanted)
    before = article.title, article.text
    article.title, article.text, article.url = title, clean(wanted.text), _address(wanted.url)
    article.edited = article.edited or (article.source_id is not None and before != (article.title, article.text))
    article.phrasings, article.updated_at = phrasings, now()
    for name, value in extra.items():
        setattr(article, name, value)
    session.add(article)
    live.announce(TOPIC)
    return article


def remove(session: Session, id: str) -> None:
    """Delete an article, and with it its passages: the next question is not answered from it.

    One that was read from a website stays away when that is read again.
    """
    article = session.get(Article, id)
    if article is None:
        return
    if article.source_id:
        source = session.exec(select(Source).where(Source.id == article.source_id).with_for_update()).one()
        source.left_out = sorted({*source.left_out, article.url})
    session.delete(article)
    live.announce(TOPIC)


def switch(session: Session, id: str, on: bool) -> None:
    """Whether the AI may use it."""
    changed = update(Article).where(col(Article.id) == id).values(enabled=on, updated_at=now())
    session.exec(changed)
    live.announce(TOPIC)


def cited(session: Session, ids: Sequence[str]) -> None:
    """The AI has answered from these."""
    if ids:
        session.exec(update(Article).where(col(Article.id).in_(ids)).values(answers=Article.answers + 1))


def enabled(session: Session) -> Sequence[Article]:
    """Every article that the AI may use."""
    return session.exec(select(Article).where(col(Article.enabled).is_(True))).all()


def every(session: Session) -> Sequence[Article]:
    """All articles, for an export."""
    return session.exec(select(Article).order_by(Article.title, Article.id)).all()


def of_file(session: Session, name: str) -> Article | None:
    """What came of an uploaded file."""
    return session.exec(select(Article).where(Article.file == name)).first()


def version(session: Session) -> str:
    """Changes whenever an article does; whoever keeps an index keeps it while this stays."""
    return str(session.connection().execute(_VERSION).one())


_VERSION: Final = select(func.count(), func.max(Article.updated_at)).where(col(Article.enabled).is_(True))


def remove_demo(session: Session) -> None:
    """Remove the sample shop: its articles, and how it made the widget look."""
    session.exec(delete(Article).where(col(Article.demo).is_(True)))
    shop.save(session, shop.Shop())
    texts.save(session, "en", texts.edited(session, "en") | {"greeting": ""})
    live.announce(TOPIC)


def demo(session: Session) -> bool:
    """Whether the sample shop's articles are here."""
    return session.exec(select(Article.id).where(col(Article.demo).is_(True)).limit(1)).first() is not None


def load_demo(session: Session) -> int:
    """Give an empty database the sample shop; returns how many articles came. Once removed it does not come back."""
    if settings.demo_loaded(session) or session.exec(select(Article.id).limit(1)).first() is not None:
        return 0
    data = tomllib.loads(_DEMO.read_text("utf-8"))
    for entry in data["article"]:
        session.add(
            Article(
                id=f"demo-{entry['id']}",
                title=entry["title"],
                text=entry["text"],
                phrasings=entry["phrasings"],
                url=entry.get("url", ""),
                demo=True,
            )
        )
    told = data["shop"]
    shop.save(
        session,
        shop.Shop(name=told["name"], assistant=told["assistant"], quick_replies=tuple(told["quick_replies"])),
    )
    texts.save(session, "en", {"greeting": "\n\n".join(told["greeting"])})
    settings.remember_demo(session)
    return len(data["article"])


def _shown(article: Article) -> Shown:
    origin = "Written here"
    if article.demo:
        origin = "Sample shop"
    elif article.file:
        origin = f"From {article.file}"
    elif article.source_id:
        address = article.url.removeprefix("https://").removeprefix("http://")
        origin = f"Edited here, first read from {address}" if article.edited else f"Read from {address}"
    return Shown(article.id, article.title, origin, article.answers, stamp(article.updated_at), article.enabled)


def _search(sought: str) -> list[ColumnElement[bool]]:
    if not sought.strip():
        return []
    return [search.holding(sought, Article.title, Article.text, Article.url)]


def _phrasings(typed: str) -> list[str]:
    found = list(dict.fromkeys(filter(None, (" ".join(line.split()) for line in typed.splitlines()))))
    if len(found) > MOST_PHRASINGS:
        raise BadValue("phrasings", f"{MOST_PHRASINGS} phrasings are the most; these are {len(found)}.")
    if any(len(said) > LONGEST_PHRASING for said in found):
        raise BadValue("phrasings", f"{LONGEST_PHRASING} characters are the most for one phrasing.")
    return found


def clean(text: str) -> str:
    """What every database and page can carry."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").strip()
