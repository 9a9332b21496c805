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
            rx.cond(thread.selected != "", inbox_thread(thread, aide), _nothing(lists, thread)),
            rx.cond(thread.selected != "", inbox_card(thread.card, aide)),
            class_name="flex min-h-0 grow",
        ),
    )


def _nothing(lists: Any, thread: Any) -> rx.Component:
    """Beside the list while no conversation is open: that all is well, or that somebody waits."""
    calm = (lists.counts["waiting"] == 0) & (thread.problem == "")
    ai = lists.counts["ai"]
    return rx.el.main(
        rx.cond(calm, _sign("coffee", "bg-soft text-ink"), _sign("inbox", "bg-base-200 text-muted")),
        rx.el.h2(
            rx.cond(calm, "Nobody is waiting", rx.cond(thread.problem != "", thread.problem, "Choose a conversation")),
            class_name="text-base font-semibold",
        ),
        rx.el.p(
            rx.cond(
                calm,
                rx.match(
                    ai,
                    (0, "You will hear of it when someone asks for a human."),
                    (1, "The AI has one conversation. You will hear of it when someone asks for a human."),
                    f"The AI has {ai} conversations. You will hear of it when someone asks for a human.",
                ),
                "Take over a waiting one, or read along while the AI answers.",
            ),
            class_name="max-w-80 text-sm/5.5 text-muted",
        ),
        rx.cond(
            calm & (ai > 0) & (lists.chosen != "ai"),
            rx.el.button(
                "See what the AI answers",
                type="button",
                on_click=lists.choose("ai"),
                class_name="btn btn-sm btn-outline mt-2",
            ),
        ),
        class_name="hidden grow flex-col items-center justify-center gap-3 p-8 text-center md:flex",
    )


def _sign(name: str, tone: str) -> rx.Component:
    return rx.el.span(icon(name, "size-6 shrink-0"), class_name=f"grid size-14 place-items-center rounded-2xl {tone}")
