"""The language model that may answer instead of the built-in AI."""

from typing import Any, Final

import reflex as rx

from handoff_app import net
from handoff_app.answering.llm import Llm, NoAnswer, trial
from handoff_app.db import read, transact
from handoff_app.domain import llm
from handoff_app.domain.settings import BadValue
from handoff_app.pages.settings.ai_view import ai_view
from handoff_app.pages.settings.signals import SignalsState

FIELDS: Final = ("url", "key", "model", "timeout", "most_answers")


class AiState(rx.State):
    """The form. The saved key is never here: only what is being typed, and whether one is set."""

    fields: dict[str, str] = dict.fromkeys(FIELDS, "")
    errors: dict[str, str] = dict.fromkeys(FIELDS, "")
    enabled: bool = False
    in_use: bool = False
    has_key: bool = False
    by_environment: bool = False
    status: str = ""
    wrong: bool = False
    version: int = 0

    _key_typed: bool = False

    @rx.event
    async def open(self) -> None:
        """Show what is saved."""
        self._show(await read(llm.known), "")

    @rx.event
    async def change(self, name: str, value: str) -> None:
        """One of the fields."""
        if name in FIELDS:
            self.fields = {**self.fields, name: str(value)[:2000]}
            self.errors, self.status = {**self.errors, name: ""}, ""
            self._key_typed = self._key_typed or name == "key"

    @rx.event
    async def switch(self, on: bool) -> None:
        """`Enable LLM`; the browser has moved it already."""
        self.enabled, self.status = bool(on), ""

    @rx.event
    async def save(self) -> Any:
        """All of it or nothing; the field that must change gets the focus."""
        try:
            saved = await transact(llm.save, self._wanted(), self._key())
        except BadValue as error:
            return self._refuse(error)
        self._show(saved, "Saved")
        return None

    @rx.event(background=True)
    async def test(self) -> Any:
        """`Test`: ask for a word with what stands in the form, saved or not. The page stays alive meanwhile."""
        async with self:
            try:
                access = await read(llm.check, self._wanted(), self._key())
                _there(access)
            except BadValue as error:
                return self._refuse(error)
            self.status, self.wrong, self.errors = "Asking the model…", False, dict.fromkeys(FIELDS, "")
        said, wrong = await _tried(access)
        async with self:
            self.status, self.wrong = said, wrong
        return None

    def _wanted(self) -> llm.Llm:
        """What was typed, with an address that may be called. Raises `BadValue`."""
        url = self.fields["url"].strip()
        try:
            net.check_url(url) if url and not self.by_environment else None
        except net.Refused as error:
            raise BadValue("url", str(error)) from error
        timeout, most = (_whole(self.fields[name]) for name in ("timeout", "most_answers"))
        return llm.Llm(url, self.fields["model"], timeout, most, self.enabled)

    def _key(self) -> str | None:
        return self.fields["key"] if self._key_typed else None

    def _show(self, saved: llm.Llm, status: str) -> None:
        self.fields = {"key": ""} | {name: str(getattr(saved, name)) for name in FIELDS if name != "key"}
        self.enabled, self.in_use = saved.enabled, saved.in_use
        self.has_key, self.by_environment = saved.has_key, saved.by_environment
        self.errors, self.status, self.wrong = dict.fromkeys(FIELDS, ""), status, False
        self._key_typed = False
        self.version += 1

    def _refuse(self, error: BadValue) -> Any:
        self.errors = {**dict.fromkeys(FIELDS, ""), error.field: str(error)}
        self.status, self.wrong = "", False
        return rx.set_focus(error.field)


def ai_page() -> rx.Component:
    """The page `/settings/ai`."""
    return ai_view(AiState, SignalsState)


def _whole(typed: str) -> int:
    """The number, or 0, which no field takes."""
    return int(typed.strip()[:6]) if typed.strip().isdecimal() else 0


async def _tried(access: llm.Access) -> tuple[str, bool]:
    """What came of asking, in a sentence, and whether it went wrong."""
    model = Llm(access.url, access.key, access.model, access.trusted)
    try:
        return await trial(model, access.timeout), False
    except NoAnswer as error:
        return f"The model {str(error).rstrip('.')}.", True
    finally:
        await model.close()


def _there(access: llm.Access) -> None:
    """Raises `BadValue` for what a test needs and a model that is switched off does not."""
    if not access.url:
        raise BadValue("url", "Add the address of the model first.")
    if not access.model:
        raise BadValue("model", "Add the name of the model, as its server calls it.")
