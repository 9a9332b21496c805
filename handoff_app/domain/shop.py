"""How the widget presents itself: the names, the first questions, the colour."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlmodel import Session

from handoff_app.domain import settings


@dataclass(frozen=True)
class Shop:
    """How the widget presents itself."""

    name: str = ""
    assistant: str = ""
    quick_replies: tuple[str, ...] = ()
    accent: str = "#0f6a62"


def known(session: Session) -> Shop:
    """How the widget presents itself, or the default."""
    saved: dict[str, Any] = dict(settings.get(session, "shop") or {})
    return Shop(**saved | {"quick_replies": tuple(saved.get("quick_replies", ()))})


def save(session: Session, wanted: Shop) -> None:
    """Save how the widget presents itself."""
    settings.put(session, "shop", asdict(wanted))
