"""Every word a visitor reads, per language, with the default beside it."""

from typing import Any, Final

import reflex as rx

from handoff_app import i18n
from handoff_app.db import transact
from handoff_app.domain import settings, texts
from handoff_app.pages.settings.localization_view import Entry, localization_view

LABELS: Final = {
    "greeting": "Greeting",
    "offer.text": "Escalation offer",
    "offer.yes": "Accept",
    "offer.no": "Decline",
    "email.title": "Email prompt",
    "email.label": "Email field",
    "email.placeholder": "Email placeholder",
    "email.continue": "Email button",
    "escalation.confirmation": "Confirmation",
    "escalation.confirmation.email": "Confirmation with address",
    "escalation.waiting": "Waiting",
    "escalation.late": "Nobody came, address unknown",
    "escalation.late.email": "Nobody came, address known",
    "mail.reply.subject": "Reply by mail: subject",
    "mail.reply.button": "Reply by mail: button",
    "mail.reply.foot": "Reply by mail: foot",
    "agent.joined": "Agent joined",
    "agent.left": "AI is back",
}
NAMES: Final = {
    "en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "it": "Italiano", "pt": "Português",
    "nl": "Nederlands", "pl": "Polski", "tr": "Türkçe", "ar": "العربية", "he": "עברית", "ru": "Русский",
    "uk": "Українська", "ja": "日本語", "zh": "中文",
}  # fmt: skip


class LocalizationState(rx.State):
    """The texts of one language."""

    locale: str = i18n.DEFAULT
    direction: str = "ltr"
    entries: list[Entry] = []
    edited: int = 0
    dirty: bool = False
    wrong: bool = False
    status: str = ""

    @rx.event
    async def open(self) -> None:
        """Show the texts."""
        await self._read("Saved")

    @rx.event
    async def choose(self, locale: str) -> None:
        """Another language. Unsaved texts of this one are kept from being lost: save or discard them first."""
        if self.dirty:
            self.status, self.wrong = "Save or discard your changes before choosing another language", True
        elif locale in i18n.locales():
            self.locale = locale
            await self._read("Saved")

    @rx.event
    async def change(self, key: str, text: str) -> None:
        """One text."""
        self._put(key, str(text)[:2000])

    @rx.event
    async def reset_text(self, key: str) -> None:
        """Back to the default."""
        self._put(key, "")

    @rx.event
    async def save(self) -> Any:
        """All of them or none; the first that must change gets the focus."""
        wanted = await transact(texts.edited, self.locale)
        wanted |= {entry.key: entry.text for entry in self.entries}
        try:
            await transact(texts.save, self.locale, wanted)
        except settings.BadValue as error:
            self.entries = [Entry(e.key, e.label, e.default, e.text, str(error) if e.key == error.field else "")
                            for e in self.entries]  # fmt: skip
            self.status, self.wrong = "One text needs a change before saving", True
            return rx.set_focus(error.field)
        await self._read("Saved")
        return None

    @rx.event
    async def discard(self) -> None:
        """Back to what is saved."""
        await self._read("Changes discarded")

    async def _read(self, status: str) -> None:
        own = await transact(texts.edited, self.locale)
        self.entries = [
            Entry(key, label, i18n.default(key, self.locale), own.get(key, "")) for key, label in LABELS.items()
        ]
        self.direction = i18n.direction(self.locale)
        self.edited = sum(1 for entry in self.entries if entry.text)
        self.dirty, self.wrong, self.status = False, False, status

    def _put(self, key: str, text: str) -> None:
        self.entries = [Entry(e.key, e.label, e.default, text if e.key == key else e.text) for e in self.entries]
        self.dirty, self.wrong, self.status = True, False, "Unsaved changes"


def localization_page() -> rx.Component:
    """The page `/settings/localization`."""
    shipped = [(locale, NAMES.get(locale, locale)) for locale in i18n.locales()]
    return localization_view(LocalizationState, shipped, list(LABELS))
