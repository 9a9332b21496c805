"""How the page `/settings/localization` looks: language, texts with their defaults, a preview that follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from handoff_app.pages.settings.layout import save_bar, settings_page
from handoff_app.pages.shared.parts import field_error, search_field


@dataclass(frozen=True)
class Entry:
    """One text: its default, and the owner's own words (empty: the default)."""

    key: str
    label: str
    default: str
    text: str
    error: str = ""
    group: str = ""  # stands above the first that is shown of its group
    shown: bool = True


def localization_view(state: Any, languages: list[tuple[str, str]], keys: Sequence[str]) -> rx.Component:
    """The whole page over `LocalizationState`."""
    return settings_page(
        "/settings/localization",
        "Localization",
        "Every word that a visitor reads and nobody typed. Empty means the default.",
        rx.el.div(
            rx.el.div(
                rx.el.label("Language", html_for="language", class_name="mb-1 block text-[13px] font-medium"),
                rx.el.select(
                    *(rx.el.option(name, value=code) for code, name in languages),
                    id="language",
                    value=state.locale,
                    on_change=state.choose,
                    class_name="select w-full md:w-52",
                ),
                rx.el.p(f"{state.edited} edited", class_name="mt-1.5 text-[13px]/5 text-muted"),
                class_name="max-sm:w-full",
            ),
            search_field(state, "Search texts", "Search texts", "sm:w-52"),
            class_name="flex flex-wrap items-start gap-x-4 gap-y-2",
        ),
        rx.el.section(
            rx.foreach(state.entries, lambda entry: rx.cond(entry.shown, _entry(state, entry))),
            rx.el.p("Nothing found", class_name="hidden py-8 text-center text-sm text-muted only:block"),
            class_name="rounded-box border border-line bg-base-100 px-5",
            custom_attrs={"aria-label": "Texts"},
        ),
        save_bar(state.dirty, state.status, state.wrong, state.save, state.discard),
        beside=_preview(state, keys),
    )


def _entry(state: Any, entry: Any) -> rx.Component:
    return rx.el.div(
        rx.cond(entry.group != "", rx.el.h2(entry.group, class_name="-mt-1 mb-4 text-[15px] font-semibold")),
        rx.el.div(
            rx.el.label(entry.label, html_for=entry.key, class_name="shrink-0 text-[13px] font-medium"),
            rx.cond(
                entry.text != "",
                rx.fragment(
                    rx.el.span(
                        class_name="size-1.5 shrink-0 rounded-full bg-ink", custom_attrs={"aria-hidden": "true"}
                    ),
                    rx.el.span(entry.default, class_name="min-w-0 grow truncate text-[13px] text-muted", dir="auto"),
                    rx.el.button(
                        "Reset",
                        rx.el.span(" ", entry.label, class_name="sr-only"),
                        type="button",
                        on_click=state.reset_text(entry.key),
                        class_name="ms-auto shrink-0 cursor-pointer text-[13px] text-ink hover:underline",
                    ),
                ),
            ),
            class_name="mb-1.5 flex items-center gap-2",
        ),
        rx.el.textarea(
            id=entry.key,
            value=entry.text,
            placeholder=entry.default,
            on_change=lambda value: state.change(entry.key, value),
            dir="auto",
            rows="1",
            class_name="textarea field-sizing-content min-h-10 w-full resize-none "
            + rx.cond(entry.error != "", "textarea-error", "").to(str),
            custom_attrs={
                "aria-invalid": rx.cond(entry.error != "", "true", "false"),
                "aria-describedby": f"{entry.key}-error",
            },
        ),
        field_error(entry.error, f"{entry.key}-error"),
        class_name="border-line py-4 not-first:border-t",
    )


def _preview(state: Any, keys: Sequence[str]) -> rx.Component:
    """Places in the order of the entries, so that it needs no second list."""

    def shown(key: str) -> Any:
        entry = state.entries[keys.index(key)]
        return rx.cond(entry.text != "", entry.text, entry.default)

    bubble = "max-w-[90%] whitespace-pre-wrap rounded-2xl rounded-ss-md bg-base-200 px-3 py-2 text-[13px]/5"
    box = rx.el.div(
        rx.el.p(shown("greeting"), class_name=bubble),
        rx.el.p(shown("offer.text"), class_name=bubble),
        rx.el.div(
            rx.el.span(shown("offer.yes"), class_name="rounded-lg bg-primary px-3 py-2 text-primary-content"),
            rx.el.span(shown("offer.no"), class_name="rounded-lg border border-rule px-3 py-2"),
            class_name="flex flex-wrap gap-2 text-[13px] font-medium",
        ),
        rx.el.div(
            rx.el.p(shown("email.title"), class_name="text-[13px] font-semibold"),
            rx.el.p(
                shown("email.placeholder"),
                class_name="mt-2 rounded-lg border border-edge px-3 py-2 text-[13px] text-muted",
            ),
            rx.el.p(
                shown("email.continue"),
                class_name="mt-2 rounded-lg bg-primary p-2 text-center text-[13px] font-medium text-primary-content",
            ),
            class_name="rounded-box border border-line p-3",
        ),
        rx.el.p(shown("escalation.confirmation"), class_name="text-center text-xs text-muted"),
        dir=state.direction,
        class_name="flex flex-col gap-3 rounded-2xl bg-base-100 p-4 shadow-pop",
    )
    return rx.el.aside(
        rx.el.h2("Preview", class_name="mb-3 text-[13px] font-semibold"),
        rx.cond(state.entries.length() > 0, box),
        class_name="hidden w-76 shrink-0 pt-1 xl:block",
        custom_attrs={"aria-label": "Preview"},
    )
