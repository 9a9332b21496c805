"""The owner's own words, per language, over the defaults of the catalog."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam
from sqlmodel import Session, delete, select

from handoff_app import i18n
from handoff_app.domain.models import EditedText
from handoff_app.domain.prepared import Prepared
from handoff_app.domain.settings import BadValue

_OWN: Final = Prepared(select(EditedText.key, EditedText.text).where(EditedText.locale == bindparam("of")))


def edited(session: Session, locale: str) -> dict[str, str]:
    """The owner's own words in one locale, by key."""
    known: dict[str, dict[str, str]] = session.info.setdefault("texts", {})  # one read per transaction
    if locale not in known:
        rows = _OWN.all(session, of=locale)
        known[locale] = {row.key: row.text for row in rows}
    return known[locale]


def save(session: Session, locale: str, texts: dict[str, str]) -> None:
    """Replace the owner's words of one locale; an empty text, or the default itself, means the default.

    Raises `BadValue` when a placeholder is missing, with the key as its field.
    """
    for name, written in texts.items():
        missing = i18n.missing_placeholders(name, written) if written.strip() else []
        if missing:
            raise BadValue(name, f"Keep {{{missing[0]}}} in the text, so that it can be filled in.")
        if len(written) > 1000:
            raise BadValue(name, "1,000 characters are the most for one text.")
    session.info.pop("texts", None)
    session.exec(delete(EditedText).where(EditedText.locale == locale))  # type: ignore[arg-type]
    for name, written in texts.items():
        if written.strip() and written.strip() != i18n.default(name, locale):
            session.add(EditedText(locale=locale, key=i18n.key(name), text=written.strip()))


def words(session: Session, locale: str, names: Sequence[str]) -> dict[str, str]:
    """The texts to show in one locale, the owner's edits over the defaults."""
    own = edited(session, locale)
    return {name: i18n.text(name, locale, own) for name in names}
