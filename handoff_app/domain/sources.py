"""Websites that articles are read from: added, read under a lease, and read again by schedule."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlmodel import Session, col, delete, func, select, update

from handoff_app import live
from handoff_app.domain import knowledge
from handoff_app.domain.models import Article, Reading, Source, new_id, now
from handoff_app.domain.settings import BadValue

KINDS: Final = {"page": "This page", "sitemap": "Every page of this sitemap", "site": "The whole site"}
EVERY: Final = {0: "Never", 24: "Every day", 168: "Every week", 720: "Every month"}
MOST: Final = 50
LEASE: Final = timedelta(seconds=90)
"""Longer than a page may take; renewed with each page."""


@dataclass(frozen=True)
class Progress:
    """How far a reading has come; `said` is the last trouble."""

    found: int
    failed: int
    said: str


def add(session: Session, url: str, kind: str, every_hours: int) -> Source:
    """A website to read, at once. Raises `BadValue`; the page has checked where the address leads."""
    if kind not in KINDS or every_hours not in EVERY:
        raise BadValue("url", "Choose what to read and how often from the lists.")
    known = every(session)
    if any(source.url == url and source.kind == kind for source in known):
        raise BadValue("url", "This is on the list already. Use Read again.")
    if len(known) >= MOST:
        raise BadValue("url", f"{MOST} websites are the most.")
    source = Source(url=url, kind=kind, every_hours=every_hours, due_at=now())
    session.add(source)
    live.announce(live.WORK, knowledge.TOPIC)
    return source


def every(session: Session) -> Sequence[Source]:
    """All of them, the newest first."""
    return session.exec(select(Source).order_by(col(Source.created_at).desc())).all()


SUSPECT: Final = 0.5
"""A reading that brings less than this share of what was there is no reason to delete the rest."""


def claim(session: Session, busy: Collection[str] = ()) -> Source | None:
    """The website that is due, now held for a lease; a worker that died leaves it to the next."""
    due = select(Source).where(col(Source.due_at) <= now(), col(Source.id).not_in(busy))
    source = session.exec(due.order_by(col(Source.due_at)).limit(1).with_for_update(skip_locked=True)).first()
    if source is not None:
        source.state, source.owner, source.due_at = Reading.READING, new_id(), now() + LEASE
        source.found, source.read, source.failed, source.said = 0, 0, 0, ""
        live.announce(knowledge.TOPIC)
    return source


def keep(session: Session, claimed: Source, url: str, title: str, text: str, progress: Progress) -> bool:
    """A page was read: make or change its article if it differs, but for one that was edited or deleted here.

    False if the website is not this worker's any more.
    """
    source = _held(session, claimed)
    if source is None:
        return False
    source.read, source.due_at = source.read + 1, now() + LEASE
    source.found, source.failed, source.said = progress.found, progress.failed, progress.said
    title, text = title[: knowledge.LONGEST_TITLE].strip(), text[: knowledge.LONGEST_TEXT].strip()
    known = session.exec(select(Article).where(Article.source_id == source.id, Article.url == url)).first()
    wanted = known is None or (not known.edited and (known.title, known.text) != (title, text))
    if wanted and url not in source.left_out:
        article = known or Article(title="", text="", source_id=source.id, url=url)
        article.title, article.text, article.updated_at = title, text, now()
        session.add(article)
    live.announce(knowledge.TOPIC)
    return True


def done(session: Session, claimed: Source, kept: Collection[str], gone: Collection[str], progress: Progress) -> None:
    """The end was reached. Articles of pages that are gone go too: those said to be, and in a complete reading all
    that did not come (`kept` holds the addresses that did, and is empty if something was left out)."""
    source = _held(session, claimed)
    if source is None:
        return
    source.found, source.failed, source.said = progress.found, progress.failed, progress.said
    source.state = Reading.DONE if source.read else Reading.FAILED
    source.read_at, source.owner = now(), ""
    source.due_at = now() + timedelta(hours=source.every_hours) if source.every_hours else None
    came = select(func.count()).where(Article.source_id == source.id)
    if kept and len(kept) < SUSPECT * session.exec(came).one():  # a page of maintenance, a sitemap cut off
        kept, source.said = (), "Far fewer pages came than before: the articles of the others were kept."
        source.failed = max(source.failed, 1)
    old = col(Article.url).not_in(kept) if kept else col(Article.url).in_(gone)
    session.exec(delete(Article).where(col(Article.source_id) == source.id, old, col(Article.edited).is_(False)))
    live.announce(knowledge.TOPIC)


def read_again(session: Session, id: str) -> None:
    """Read it now; one that is being read goes on."""
    session.exec(
        update(Source)
        .where(col(Source.id) == id, col(Source.state) != Reading.READING)
        .values(state=Reading.WAITING, due_at=now())
    )
    live.announce(live.WORK, knowledge.TOPIC)


def bring_back(session: Session, id: str) -> None:
    """Read it again, with the pages whose articles were deleted here."""
    session.exec(update(Source).where(col(Source.id) == id).values(left_out=[]))
    read_again(session, id)


def remove(session: Session, id: str) -> None:
    """Forget a website and the articles that came from it; those edited here stay, as if written here."""
    came = col(Article.source_id) == id
    session.exec(delete(Article).where(came, col(Article.edited).is_(False)))
    session.exec(update(Article).where(came).values(source_id=None))
    session.exec(delete(Source).where(col(Source.id) == id))
    live.announce(knowledge.TOPIC)


def _held(session: Session, claimed: Source) -> Source | None:
    mine = select(Source).where(Source.id == claimed.id, Source.owner == claimed.owner).with_for_update()
    return session.exec(mine).first()
