"""What helps the agent in the opened conversation: a summary, a suggested reply, translations both ways."""

import json
from functools import partial
from typing import Any, Final

import reflex as rx
from sqlmodel import Session

from handoff_app import i18n, live
from handoff_app.access.guard import agent_of
from handoff_app.db import read
from handoff_app.domain import conversations, llm, situation
from handoff_app.domain.situation import Situation
from handoff_app.pages.shared import aide
from handoff_app.pages.shared.making import making
from handoff_app.pages.shared.tabs import tabs

TRANSLATED: Final = 30  # messages of the visitor, the latest ones


class AideState(rx.State):
    """Beside the thread, never in its way: what takes long is made elsewhere, and comes by a bell."""

    summary: str = ""
    by_model: bool = False
    suggestion: str = ""
    source: str = ""
    language: str = ""
    can_translate: bool = False
    translating: bool = False
    translations: dict[str, str] = {}
    busy: bool = False
    problem: str = ""

    _conversation: str = ""
    _dismissed: int = 0

    @rx.event
    async def open(self) -> None:
        """The conversation of the address, or none."""
        await agent_of(self)
        self.reset()
        self._conversation = self.router.url.path.rstrip("/").rpartition("/inbox")[2].strip("/")
        if self._conversation:
            topics = [live.conversation(self._conversation), live.aide(self._conversation)]
            tabs.watch(self, topics, pause=2.0)
            await self._look()

    @rx.event
    async def dismiss(self) -> None:
        """This question needs no suggestion, or has had it."""
        await agent_of(self)
        now, _ = await self._seen()
        if now is not None:
            self._dismissed = now.last_asked
            self._show_suggestion(now)

    @rx.event
    async def switch(self) -> None:
        """`Translate` above the thread: on, or off. What failed is tried again."""
        await agent_of(self)
        self.translating = not self.translating
        for seq, text in self.translations.items():
            if not text:
                making.forget(("translation", self._conversation, int(seq)))
        await self._look()

    @rx.event(background=True)
    async def translate(self, draft: str) -> Any:
        """`Translate` beside the composer: the draft in the visitor's language goes back into it, to be read first."""
        async with self:
            await agent_of(self)
            now, access = await self._seen()
            if self.busy or now is None or access is None or not str(draft).strip():
                return None
            self.busy, self.problem = True, ""
        text = await aide.translated(access, str(draft)[: conversations.MOST_CHARACTERS], await aide.language(now))
        async with self:
            self.busy = False
            self.problem = "" if text else "Not translated: the model gave no answer. Your text is as it was."
        return rx.call_script(_put(text, str(draft))) if text else None

    async def _look(self) -> None:
        now, access = await self._seen()
        if now is not None:
            self._show_summary(now, access)
            self._show_suggestion(now)
            self._show_language(now, await aide.language(now), access)

    async def _seen(self) -> tuple[Situation | None, llm.Access | None]:
        if not self._conversation:
            return None, None
        try:
            return await read(_seen, self._conversation)
        except conversations.NotFound:
            return None, None

    def _show_summary(self, now: Situation, access: llm.Access | None) -> None:
        """Made anew when the visitor has spoken; meanwhile the last one stays."""
        if not (now.live and now.is_long):
            self._set(summary="")
            return
        key = ("summary", now.id, now.last_asked, access)
        found = making.of(key, live.aide(now.id), partial(aide.summary, now, access))
        if found is not None:
            self._set(summary=found.text, by_model=found.by_model)

    def _show_suggestion(self, now: Situation) -> None:
        found = None
        if now.live and now.asked is not None and now.asked.seq != self._dismissed:
            key = ("suggestion", now.id, now.asked.seq, now.unsent)
            found = making.of(key, live.aide(now.id), partial(aide.suggestion, now))
        self._set(suggestion=found.text if found else "", source=found.source if found else "")

    def _show_language(self, now: Situation, spoken: str, access: llm.Access | None) -> None:
        foreign = spoken.split("-")[0] != aide.LANGUAGE
        self._set(language=i18n.language(spoken), can_translate=foreign and access is not None)
        made: dict[str, str] = {}
        if self.translating and self.can_translate and access is not None:
            for one in now.of_visitor[-TRANSLATED:]:
                key, make = ("translation", now.id, one.seq), partial(aide.translated, access, one.text)
                text = making.of(key, live.aide(now.id), make)
                made |= {} if text is None else {str(one.seq): text}
        self._set(translations=made)

    def _set(self, **values: Any) -> None:
        """Only what differs: an unchanged var is not sent."""
        for name, value in values.items():
            if getattr(self, name) != value:
                setattr(self, name, value)


def _seen(session: Session, conversation: str) -> tuple[Situation, llm.Access | None]:
    return situation.of(session, conversation), llm.access(session)


def _put(text: str, draft: str) -> str:
    """The script that puts the translation into the composer, if the draft still stands there."""
    return f"window.handoffPut({json.dumps(text)}, {json.dumps(draft)})"
