"""The panel beside the thread: who the visitor is, why a human, who was told, earlier chats."""

from typing import Any

import reflex as rx

from handoff_app.pages.shared.clock import local
from handoff_app.pages.shared.inbox_aide import summary_source
from handoff_app.pages.shared.parts import face, link


def inbox_card(card: Any, aide: Any) -> rx.Component:
    """The panel over a `Card`."""

    def fact(name: str, value: Any) -> rx.Component:
        return rx.cond(
            value != "",
            rx.el.div(
                rx.el.dt(name, class_name="w-20 shrink-0 text-muted"),
                rx.el.dd(value, class_name="min-w-0 break-words"),
                class_name="flex gap-2 py-0.5",
            ),
        )

    def part(title: str, *content: rx.Component) -> rx.Component:
        return rx.el.section(
            rx.el.h3(title, class_name="mb-2 text-[13px] font-medium text-muted"),
            *content,
            class_name="border-t border-line px-5 py-4 text-[13px]/5",
        )

    return rx.el.aside(
        rx.el.div(
            face(card.initial, "size-12 text-base"),
            rx.el.div(
                rx.el.p(card.name, class_name="truncate text-[15px] font-semibold"),
                rx.el.p(card.email, class_name="truncate text-[13px] text-muted", dir="ltr"),
                class_name="min-w-0",
            ),
            class_name="flex items-center gap-3 px-5 py-4",
        ),
        rx.cond(
            aide.summary != "",
            part(
                "Summary",
                rx.el.p(aide.summary, dir="auto", class_name="whitespace-pre-line break-words"),
                summary_source(card, aide),
            ),
        ),
        part(
            "Visitor",
            rx.el.dl(
                fact("Page", card.page),
                fact("Language", card.language),
                fact("First seen", local(card.since, brief=True)),
            ),
        ),
        rx.cond(
            card.reason != "",
            part(
                "Why a human",
                rx.el.dl(
                    fact("Reason", card.reason),
                    fact("In turn", card.assigned),
                    fact("Why", card.why),
                    fact("Taken by", card.owner),
                ),
                rx.el.ul(
                    rx.foreach(
                        card.notices,
                        lambda n: rx.el.li(
                            rx.el.span(n["where"], class_name="min-w-0 grow truncate"),
                            rx.el.span(
                                n["state"],
                                class_name="shrink-0 text-xs font-medium "
                                + rx.match(n["tone"], ("ok", "text-ok"), ("bad", "text-bad"), "text-warn").to(str),
                            ),
                            class_name="flex items-center gap-2 py-1",
                        ),
                    ),
                    class_name="mt-2",
                ),
            ),
        ),
        rx.cond(
            card.earlier.length() > 0,
            part(
                "Earlier chats",
                rx.el.ul(
                    rx.foreach(
                        card.earlier,
                        lambda c: rx.el.li(
                            link(
                                rx.el.span(c["text"], class_name="min-w-0 grow truncate"),
                                rx.el.span(
                                    local(c["at"].to(str), brief=True), class_name="shrink-0 text-xs text-muted"
                                ),
                                href=f"/inbox/{c['id']}",
                                class_name="flex items-center gap-2 py-1 hover:underline",
                            )
                        ),
                    )
                ),
            ),
        ),
        class_name="hidden w-76 shrink-0 overflow-y-auto border-s border-line xl:block",
        custom_attrs={"aria-label": "Visitor"},
    )
