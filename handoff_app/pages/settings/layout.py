"""What settings pages share: the menu, the title, the bar that saves."""

from typing import Any, Final

import reflex as rx

from handoff_app.pages.shared.frame import frame
from handoff_app.pages.shared.parts import icon, link

NOTE: Final = "rounded-lg bg-warn-soft p-3 text-[13px]/5 text-warn"
"""How a warning inside a card looks."""

_PAGES: Final = (
    ("/settings/escalations", "Escalations", "life-buoy"),
    ("/settings/notifications", "Notifications", "send"),
    ("/settings/localization", "Localization", "languages"),
    ("/settings/ai", "AI", "bot"),
)


def settings_page(active: str, title: str, sentence: str, *content: rx.Component, beside: Any = None) -> rx.Component:
    """A settings page: menu, one column, and perhaps a preview beside it."""
    return frame(
        "/settings/escalations",
        rx.el.main(
            rx.el.div(
                rx.el.nav(
                    rx.el.h2("Settings", class_name="mb-2 px-2.5 text-xs font-medium text-muted max-md:sr-only"),
                    rx.el.ul(
                        *(_entry(active, *page) for page in _PAGES),
                        class_name="flex flex-wrap gap-0.5 md:flex-col",
                    ),
                    class_name="w-full shrink-0 md:w-44",
                    custom_attrs={"aria-label": "Settings"},
                ),
                rx.el.div(
                    rx.el.div(
                        rx.el.h1(title, class_name="text-xl font-semibold"),
                        rx.el.p(sentence, class_name="mt-1 text-sm/5.5 text-muted"),
                        class_name="mb-1",
                    ),
                    *content,
                    class_name="flex w-full max-w-2xl min-w-0 flex-col gap-4",
                ),
                beside if beside is not None else rx.fragment(),
                class_name="mx-auto flex w-full max-w-6xl flex-col gap-6 px-5 pt-5 md:flex-row md:gap-10 md:px-8 "
                "md:pt-8",
            ),
            class_name="min-h-0 grow overflow-y-auto bg-side",
        ),
        admins_only=True,
    )


def save_bar(dirty: rx.Var[bool], status: rx.Var[str], wrong: rx.Var[bool], save: Any, discard: Any) -> rx.Component:
    """What is unsaved or wrong, in words; nothing changed: quiet."""
    return rx.el.div(
        rx.el.p(
            status,
            role="status",
            class_name="min-w-0 grow text-[13px]/5 " + rx.cond(wrong, "text-bad", "").to(str),
        ),
        rx.cond(dirty, rx.el.button("Discard", type="button", on_click=discard, class_name="btn btn-ghost btn-sm")),
        rx.el.button(
            "Save",
            type="button",
            on_click=save,
            class_name="btn btn-sm px-5 " + rx.cond(dirty, "btn-primary", "btn-outline").to(str),
        ),
        role="region",
        class_name="sticky bottom-0 z-10 -mx-5 flex items-center gap-2 border-t border-line bg-base-100 px-5 py-3 "
        "md:bottom-4 md:mx-0 md:mb-4 md:rounded-box md:border " + rx.cond(dirty, "md:shadow-pop", "").to(str),
        custom_attrs={"aria-label": "Save", "data-unsaved": rx.cond(dirty, "true", "false")},
    )


def card(title: str, name: str, health: rx.Component, *body: Any, foot: Any) -> rx.Component:
    """One thing that is set: its icon, its title, how it stands, its fields, and what can be done."""
    id = f"{title.lower().replace(' ', '-')}-title"
    return rx.el.section(
        rx.el.header(
            rx.el.span(icon(name), class_name="grid size-8 place-items-center rounded-lg bg-base-200"),
            rx.el.h2(title, id=id, class_name="text-[15px] font-semibold"),
            rx.el.span(health, class_name="ms-auto"),
            class_name="flex items-center gap-3 px-5 pt-4",
        ),
        rx.el.div(*body, class_name="flex flex-col gap-4 px-5 py-4"),
        foot,
        class_name="rounded-box border border-line bg-base-100",
        custom_attrs={"aria-labelledby": id},
    )


def foot(status: rx.Component, *buttons: Any, dirty: rx.Var[bool] | bool = False) -> rx.Component:
    """A card's last row: what came of the last thing done, and what can be done. What is `dirty` is not left behind
    without a question."""
    return rx.el.footer(
        status,
        rx.el.div(*buttons, class_name="ms-auto flex gap-3 empty:hidden"),
        class_name="flex flex-wrap items-center gap-x-3 gap-y-2 border-t border-line px-5 py-2.5",
        custom_attrs={"data-unsaved": rx.cond(dirty, "true", "false")},
    )


def said(text: rx.Var[str], wrong: rx.Var[bool] | bool = False) -> rx.Component:
    """What came of the last thing done, in a card's foot."""
    return rx.el.p(
        text,
        role="status",
        class_name="min-w-0 grow basis-40 text-[13px]/5 break-words "
        + rx.cond(wrong, "text-bad", "text-muted").to(str),
    )


def _entry(active: str, href: str, label: str, name: str) -> rx.Component:
    here = href == active
    return rx.el.li(
        link(
            icon(name),
            label,
            href=href,
            class_name="flex h-8 items-center gap-2.5 rounded-lg px-2.5 text-sm max-md:h-11 "
            + ("bg-base-300/70 font-medium" if here else "text-muted hover:bg-base-200"),
            custom_attrs={"aria-current": "page"} if here else {},
        )
    )
