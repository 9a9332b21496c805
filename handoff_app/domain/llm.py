"""The language model that may answer: what an admin typed, or the environment's. Without one the built-in AI does."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import func
from sqlmodel import Session, col, select

from handoff_app import vault
from handoff_app.config import config
from handoff_app.domain import settings
from handoff_app.domain.models import Author, Message
from handoff_app.domain.settings import BadValue

LONGEST_TIMEOUT: Final = 120
MOST_ANSWERS: Final = 1000


@dataclass(frozen=True)
class Llm:
    """How the model is reached, without its key. `timeout` is in seconds; `most_answers` are for one conversation."""

    url: str = ""
    model: str = ""
    timeout: int = 20
    most_answers: int = 30
    enabled: bool = False
    has_key: bool = False
    by_environment: bool = False

    @property
    def in_use(self) -> bool:
        """Whether it is configured and switched on."""
        return self.enabled and bool(self.url and self.model)


@dataclass(frozen=True)
class Access:
    """What it takes to ask the model; the key is open, so this is for the worker, the doctor and a test.

    A `trusted` address comes from the environment, and may be private.
    """

    url: str
    key: str
    model: str
    timeout: int
    trusted: bool


def known(session: Session) -> Llm:
    """The model as the page shows it. The environment goes before what was typed, and is on unless switched off."""
    saved: dict[str, Any] = settings.get(session, "llm") or {}
    if not config().llm_url:
        return Llm(**saved, has_key=bool(settings.get(session, "llm_key")))
    own = {"url": config().llm_url, "model": config().llm_model, "enabled": saved.get("enabled", True)}
    return Llm(**saved | own, has_key=bool(config().llm_api_key), by_environment=True)


def save(session: Session, wanted: Llm, key: str | None = None) -> Llm:
    """Save all of it or nothing; a key of None stays, an empty one is removed. Raises `BadValue`."""
    tried = check(session, wanted, key)
    values = {name: getattr(wanted, name) for name in ("timeout", "most_answers", "enabled")}
    if not known(session).by_environment:
        values |= {"url": tried.url, "model": tried.model}
        settings.put(session, "llm_key", vault.seal(tried.key))
    settings.put(session, "llm", (settings.get(session, "llm") or {}) | values)
    return known(session)


def check(session: Session, wanted: Llm, key: str | None = None) -> Access:
    """How this model would be asked, before it is saved; a key of None stands for the saved one. Raises `BadValue`."""
    if not 1 <= wanted.timeout <= LONGEST_TIMEOUT:
        raise BadValue("timeout", f"A whole number of seconds from 1 to {LONGEST_TIMEOUT}.")
    if not 1 <= wanted.most_answers <= MOST_ANSWERS:
        raise BadValue("most_answers", f"A whole number from 1 to {MOST_ANSWERS}.")
    before = known(session)
    if before.by_environment:
        return Access(before.url, config().llm_api_key, before.model, wanted.timeout, trusted=True)
    url, model = _base(wanted.url), wanted.model.strip()
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise BadValue("url", "This is not a web address. It should look like https://api.example.com/v1.")
    if wanted.enabled and not url:
        raise BadValue("url", "Add the address of the model, or switch it off.")
    if wanted.enabled and not model:
        raise BadValue("model", "Add the name of the model, as its server calls it.")
    if key is None and before.has_key and _origin(url) != _origin(before.url):
        raise BadValue("key", "Type the API key again: the saved one belongs to another address.")
    if key is not None and not key.strip().isascii():
        raise BadValue("key", "A key has only plain letters, digits and signs. Copy it again from where it was made.")
    return Access(url, _saved_key(session) if key is None else key.strip(), model, wanted.timeout, trusted=False)


def access(session: Session) -> Access | None:
    """How the model is asked, or None if there is none or it is switched off."""
    saved = known(session)
    return check(session, saved) if saved.in_use else None


def for_conversation(session: Session, conversation_id: str) -> Access | None:
    """The same for one conversation: None too if the AI has answered there as often as it may with the model."""
    found = access(session)
    if found is None:
        return None
    by_ai = select(func.count()).where(Message.conversation_id == conversation_id, Message.author == Author.AI)
    said = session.exec(by_ai.where(col(Message.suggestion).is_(False))).one()
    return found if said < known(session).most_answers else None


def _saved_key(session: Session) -> str:
    """Nothing if `HANDOFF_SECRET_KEY` has changed: the model will refuse, and the built-in AI answers meanwhile."""
    try:
        return vault.open_sealed(settings.get(session, "llm_key") or "")
    except vault.Unreadable:
        return ""


def _base(typed: str) -> str:
    """The address as the SDK wants it: without the path of the call, which people paste too."""
    return typed.strip().rstrip("/").removesuffix("/chat/completions").rstrip("/")


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
