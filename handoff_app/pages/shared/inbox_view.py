"""How the inbox looks: list, thread, visitor. On a phone the list and the thread are two pages."""

from typing import Any

import reflex as rx

from handoff_app.pages.shared.frame import frame
from handoff_app.pages.shared.inbox_card import inbox_card
from handoff_app.pages.shared.inbox_list import inbox_list
from handoff_app.pages.shared.inbox_thread import inbox_thread
from handoff_app.pages.shared.parts import icon


def inbox_view(lists: Any, thread: Any, aide: Any) -> rx.Component:
    """The whole page over its three States."""
    return frame(
        "/inbox",
        rx.el.script(src="/aide.js", custom_attrs={"async": True}),
        rx.el.div(
            inbox_list(lists, thread),
            rx.cond(thread.selected != "", inbox_thread(thread, aide), _nothing(thread)),
            rx.cond(thread.selected != "", inbox_card(thread.card, aide)),
            class_name="flex min-h-0 grow",
        ),
    )


def _nothing(thread: Any) -> rx.Component:
    return rx.el.main(
        rx.el.span(
            icon("inbox", "size-6 shrink-0"),
            class_name="grid size-14 place-items-center rounded-2xl bg-base-200 text-muted",
        ),
        rx.el.h2(
            rx.cond(thread.problem != "", thread.problem, "Choose a conversation"), class_name="text-base font-semibold"
        ),
        rx.el.p(
            "Take over a waiting one, or read along while the AI answers.",
            class_name="max-w-80 text-sm/5.5 text-muted",
        ),
        class_name="hidden grow flex-col items-center justify-center gap-3 p-8 text-center md:flex",
    )
