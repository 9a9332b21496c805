"""Every word a visitor reads, per language, with the default beside it."""

from collections.abc import Mapping
from typing import Any, Final

import reflex as rx

from handoff_app import i18n
from handoff_app.db import transact
from handoff_app.domain import settings, texts
from handoff_app.pages.settings.localization_view import Entry, localization_view
from handoff_app.pages.settings.text_names import NAMES

LANGUAGES: Final = {
    "en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "it": "Italiano", "pt": "Português",
    "nl": "Nederlands", "pl": "Polski", "tr": "Türkçe", "ar": "العربية", "he": "עברית", "ru": "Русский",
    "uk": "Українська", "ja": "日本語", "zh": "中文",
}  # fmt: skip


NO_ERRORS: Final[Mapping[str, str]] = {}
KEYS: Final = tuple(key for group in NAMES.values() for key in group)


class LocalizationState(rx.State):
    """The texts of one language."""

    locale: str = i18n.DEFAULT
    direction: str = "ltr"
    entries: tuple[Entry, ...] = ()
    sought: str = ""
    edited: int = 0
    dirty: bool = False
    wrong: bool = False
    status: str = ""

    _own: dict[str, str] = {}

    @rx.event
    async def open(self) -> None:
        """Show the texts."""
        self.sought = ""
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
    async def search(self, form: dict[str, Any]) -> None:
        """Texts that are called so, or that say this."""
        self.sought = str(form.get("search", ""))[:100]
        self._show()

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
        try:
            await transact(texts.save, self.locale, wanted | self._own)
        except settings.BadValue as error:
            self.sought = ""
            self._show({error.field: str(error)})
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
        self._own = {key: own.get(key, "") for key in KEYS}
        self.direction = i18n.direction(self.locale)
        self.edited = sum(1 for text in self._own.values() if text)
        self.dirty, self.wrong, self.status = False, False, status
        self._show()

    def _put(self, key: str, text: str) -> None:
        if key in self._own:
            self._own = {**self._own, key: text}
            self.dirty, self.wrong, self.status = True, False, "Unsaved changes"
            self._show()

    def _show(self, errors: Mapping[str, str] = NO_ERRORS) -> None:
        """All of them, in their order: those that are not sought are only not shown."""
        entries = list[Entry]()
        for group, names in NAMES.items():
            head = group
            for key, name in names.items():
                default, text = i18n.default(key, self.locale), self._own[key]
                shown = self.sought.casefold() in f"{name} {default} {text}".casefold()
                entries.append(Entry(key, name, default, text, errors.get(key, ""), head if shown else "", shown))
                head = "" if shown else head
        self.entries = tuple(entries)


def localization_page() -> rx.Component:
    """The page `/settings/localization`."""
    shipped = [(locale, LANGUAGES.get(locale, locale)) for locale in i18n.locales()]
    return localization_view(LocalizationState, shipped, KEYS)
