"""What the AI may know: articles. The first version searches each article as one passage."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

from sqlmodel import Session, col, func, select

from handoff_app.domain import settings, shop, texts
from handoff_app.domain.models import Article

_DEMO = Path(__file__).parent.parent / "demo.toml"


def enabled(session: Session) -> Sequence[Article]:
    """Every article that the AI may use."""
    return session.exec(select(Article).where(col(Article.enabled).is_(True))).all()


def version(session: Session) -> str:
    """Changes whenever an article does; the worker keeps its index while this stays."""
    query = select(func.count(), func.max(Article.updated_at)).where(col(Article.enabled).is_(True))
    return str(session.exec(query).one())


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
