"""How the widget looks: header, log, composer. Everything it says is a word of the visitor's language."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from handoff_app import i18n
from handoff_app.pages.shared.clock import short
from handoff_app.pages.shared.parts import HIDDEN, icon
from handoff_app.pages.shared.widget_composer import carrier, composer, shape
from handoff_app.pages.shared.widget_log import MARK, log

WORDS = tuple(key for key in i18n.catalog(i18n.DEFAULT) if not key.startswith(("ai.", "mail.")))
"""The keys that the widget is given: not what the server alone says."""


@dataclass(frozen=True)
class Recent:
    """One of the visitor's other chats."""

    id: str
    text: str
    at: str


def widget_view(state: Any) -> rx.Component:
    """The whole widget over `WidgetState`."""
    w = state.words
    return rx.el.main(
        rx.cond(
            state.conversation != "",
            rx.fragment(
                _header(state, w),
                rx.el.p(
                    w["widget.offline"],
                    id="offline",
                    role="status",
                    hidden=True,
                    class_name="bg-warn-soft px-4 py-2 text-[13px]/5 text-warn",
                ),
                log(state, w),
                composer(state, w),
                carrier(state.send, "data-carrier", "conversation", "client_id", "text", "page_url"),
                carrier(state.seen, "data-seen", "count"),
                carrier(state.identify, "data-identity", "email", "name"),
                shape(w),
            ),
            rx.el.span(class_name="loading loading-dots m-auto text-muted", custom_attrs=HIDDEN),
        ),
        class_name="relative flex h-dvh flex-col overflow-hidden bg-base-100 text-base-content antialiased",
        custom_attrs={"data-page-lang": state.locale, "data-page-dir": state.direction},
        dir=state.direction,
        lang=state.locale,
    )


def _header(state: Any, w: Any) -> rx.Component:
    subtitle = rx.match(
        state.status,
        ("waiting", w["widget.subtitle.waiting"]),
        ("with_agent", w["widget.subtitle.live"]),
        w["widget.subtitle"],
    )
    live = state.status == "with_agent"
    return rx.el.header(
        rx.cond(
            live,
            rx.el.span(
                state.agent.to(str)[0],
                class_name="grid size-9 shrink-0 place-items-center rounded-full bg-(--p1) font-semibold "
                "text-(--p1-ink)",
                custom_attrs=HIDDEN,
            ),
            rx.el.span(icon("message-circle", "size-5 shrink-0"), class_name=f"{MARK} size-9 rounded-xl"),
        ),
        rx.el.div(
            rx.el.h1(rx.cond(live, state.agent, state.shop), class_name="truncate text-[15px]/5 font-semibold"),
            rx.el.p(subtitle, class_name="line-clamp-2 text-xs/4 text-muted"),
            class_name="min-w-0 grow",
        ),
        rx.el.div(_menu(state, w), _close(w), class_name="flex"),
        class_name="flex h-16 shrink-0 items-center gap-3 border-b border-line ps-4 pe-2",
    )


def _close(w: Any) -> rx.Component:
    return rx.el.button(
        icon("x", "size-5 shrink-0"),
        type="button",
        class_name="btn btn-ghost btn-square -ms-1",
        custom_attrs={"aria-label": w["widget.close"], "data-close-chat": "1"},
    )


def _menu(state: Any, w: Any) -> rx.Component:
    item = "flex min-h-11 w-full items-center gap-2.5 rounded-lg px-3 text-start text-sm hover:bg-base-200"
    return rx.el.details(
        rx.el.summary(
            icon("ellipsis", "size-5 shrink-0"),
            role="button",
            class_name="btn btn-ghost btn-square list-none",
            custom_attrs={"aria-label": w["widget.menu"], "aria-expanded": "false"},
        ),
        rx.el.div(
            rx.el.button(icon("plus"), w["widget.new_chat"], type="button", on_click=state.start_new, class_name=item),
            rx.el.details(
                rx.el.summary(
                    icon("history"),
                    w["widget.recent_chats"],
                    role="button",
                    on_click=state.list_recent,
                    class_name=f"{item} list-none",
                ),
                rx.cond(
                    state.recent.length() > 0,
                    rx.el.ul(
                        rx.foreach(state.recent, lambda c: _recent(state, c)), class_name="border-y border-line py-1"
                    ),
                    rx.el.p(w["widget.no_recent"], class_name="px-3 py-2 text-[13px] text-muted"),
                ),
            ),
            rx.el.button(
                icon("trash-2"),
                w["widget.delete_chat"],
                type="button",
                on_click=state.delete(state.conversation),
                class_name=f"{item} text-bad",
            ),
            class_name="absolute end-0 top-full z-20 mt-1 w-64 rounded-box bg-base-100 p-1.5 shadow-pop",
        ),
        class_name="relative",
        custom_attrs={"data-menu": "1"},
    )


def _recent(state: Any, chat: rx.Var[Recent]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(chat.text, class_name="min-w-0 grow truncate"),
            rx.el.span(short(chat.at), class_name="shrink-0 text-xs text-muted"),
            type="button",
            on_click=state.show(chat.id),
            class_name="flex min-h-11 w-full items-center gap-2 rounded-lg px-3 text-start text-[13px] "
            "hover:bg-base-200",
            custom_attrs={"aria-current": rx.cond(state.conversation == chat.id, "true", "false")},
        ),
        key=chat.id,
    )
