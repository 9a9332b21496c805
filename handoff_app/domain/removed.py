"""What was just deleted from the knowledge, held so that it can be put back as it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from handoff_app import live
from handoff_app.domain import knowledge, shop, texts
from handoff_app.domain.models import Article, Source, now
from handoff_app.domain.shop import Shop


@dataclass(frozen=True)
class Removed:
    """Articles with all their columns and, with the sample shop, how it made the widget look."""

    articles: tuple[dict[str, Any], ...] = ()
    shop: Shop | None = None
    greeting: str = ""


def article(session: Session, id: str) -> Removed:
    """Delete one article."""
    found = session.exec(select(Article).where(Article.id == id)).all()
    held = Removed(_held(found))
    knowledge.remove(session, id)
    return held


def demo(session: Session) -> Removed:
    """Delete the sample shop."""
    found = session.exec(select(Article).where(col(Article.demo).is_(True))).all()
    held = Removed(_held(found), shop.known(session), texts.edited(session, "en").get("greeting", ""))
    knowledge.remove_demo(session)
    return held


def put_back(session: Session, held: Removed) -> None:
    """As it was. What has come back by itself meanwhile stays as it is now."""
    for values in held.articles:
        if session.get(Article, values["id"]) is None:
            _return(session, Article(**values))
    if held.shop is not None:
        shop.save(session, held.shop)
        texts.save(session, "en", texts.edited(session, "en") | {"greeting": held.greeting})
    live.announce(knowledge.TOPIC)


def _held(found: Sequence[Article]) -> tuple[dict[str, Any], ...]:
    return tuple(one.model_dump() for one in found)


def _return(session: Session, back: Article) -> None:
    """Changed now, for who keeps an index tells by that. A website that was forgotten meanwhile will not be asked about
    its page again."""
    back.updated_at = now()
    source = session.get(Source, back.source_id, with_for_update=True) if back.source_id else None
    if source is None:
        back.source_id = None
    else:
        source.left_out = [url for url in source.left_out if url != back.url]
    session.add(back)
