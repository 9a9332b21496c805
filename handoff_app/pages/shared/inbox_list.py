"""The list of conversations beside the thread: filters, rows, and what waits longest."""

from typing import Any

import reflex as rx

from handoff_app.pages.shared.clock import local
from handoff_app.pages.shared.frame import StaffState
from handoff_app.pages.shared.parts import ATTEND, face, icon, link

_FILTERS = (("waiting", "Waiting"), ("mine", "Mine"), ("ai", "AI"), ("resolved", "Resolved"), ("all", "All"))


def inbox_list(lists: Any, thread: Any) -> rx.Component:
    """The list over its State; on a phone it is the whole page until a conversation is chosen."""
    return rx.el.section(
        rx.el.header(
            rx.el.h1("Inbox", class_name="text-base font-semibold"),
            rx.el.form(
                rx.el.label(icon("search"), class_name="sr-only", html_for="search"),
                rx.el.input(
                    id="search",
                    name="search",
                    type="search",
                    placeholder="Search",
                    auto_complete="off",
                    class_name="input input-sm w-36",
                    custom_attrs={"aria-label": "Search conversations"},
                ),
                on_submit=lists.search,
                class_name="ms-auto",
            ),
            class_name="flex h-14 shrink-0 items-center gap-2 ps-4 pe-3",
        ),
        _failing(),
        rx.cond(StaffState.unheard, _unheard()),
        _asks_to_notify(),
        rx.el.div(
            *(_filter(lists, key, label) for key, label in _FILTERS),
            role="tablist",
            class_name="flex shrink-0 gap-0.5 overflow-x-auto px-3 pb-1.5",
            custom_attrs={"aria-label": "Filter"},
        ),
        rx.el.ul(
            rx.foreach(lists.rows, lambda row: _row(row, thread)),
            class_name=rx.cond(
                lists.rows.length() > 0,
                "min-h-0 grow divide-y divide-line overflow-y-auto border-t border-line",
                "border-t border-line",
            ),
            custom_attrs={"aria-label": "Conversations"},
        ),
        rx.cond(lists.listed & (lists.rows.length() == 0), _empty(lists)),
        class_name=rx.cond(
            thread.selected != "",
            "hidden w-86 shrink-0 flex-col border-e border-line bg-base-100 md:flex",
            "flex w-full shrink-0 flex-col border-e border-line bg-base-100 md:w-86",
        ),
        custom_attrs={"aria-label": "Inbox"},
    )


def _failing() -> rx.Component:
    """Somebody may not have heard of a visitor: that stands above the list until it is mended."""
    words = rx.fragment(
        icon("circle-alert", "size-4 shrink-0 mt-0.5"),
        rx.el.span(
            StaffState.trouble,
            rx.el.span(StaffState.trouble_why, class_name="line-clamp-2 wrap-anywhere"),
            class_name="min-w-0",
        ),
    )
    look = "mx-3 mb-2 flex shrink-0 gap-2 rounded-lg bg-bad-soft p-2.5 text-[13px]/5 text-bad"
    return rx.cond(
        StaffState.trouble != "",
        rx.cond(
            StaffState.admin,
            link(words, href="/deliveries", class_name=f"{look} hover:underline"),
            rx.el.p(words, role="status", class_name=look),
        ),
    )


def _unheard() -> rx.Component:
    return link(
        icon("bell-off", "size-4 shrink-0 mt-0.5"),
        "No channel is on: nobody is told when a visitor asks for a human. Choose who hears of it.",
        href="/settings/escalations",
        class_name="mx-3 mb-2 flex shrink-0 gap-2 rounded-lg bg-warn-soft p-2.5 text-[13px]/5 text-warn "
        "hover:underline",
    )


def _asks_to_notify() -> rx.Component:
    """Browsers let a page ask for notifications only at a click. alerts.js shows this until it was answered."""
    return rx.el.div(
        rx.el.p(
            icon("bell", "size-4 shrink-0 mt-0.5"),
            "Be told of new requests while you do something else?",
            class_name="flex gap-2",
        ),
        rx.el.div(
            rx.el.button(
                "Not now",
                type="button",
                class_name="btn btn-ghost btn-sm",
                custom_attrs={"data-notify-later": "1"},
            ),
            rx.el.button(
                "Allow notifications",
                type="button",
                class_name="btn btn-primary btn-sm",
                custom_attrs={"data-notify-allow": "1"},
            ),
            class_name="mt-2 flex justify-end gap-2",
        ),
        hidden=True,
        class_name="mx-3 mb-2 shrink-0 rounded-lg bg-soft p-2.5 text-[13px]/5 text-ink",
        custom_attrs={"data-notify-ask": "1"},
    )


def _filter(lists: Any, key: str, label: str) -> rx.Component:
    chosen = lists.chosen == key
    return rx.el.button(
        rx.el.span(
            label,
            rx.el.span(lists.counts[key], class_name="text-xs tabular-nums"),
            class_name="flex h-7 items-center gap-1 rounded-full px-1.5 text-[13px] "
            + rx.cond(chosen, "bg-neutral font-medium text-neutral-content", "text-muted group-hover:bg-base-200").to(
                str
            ),
        ),
        type="button",
        role="tab",
        on_click=lists.choose(key),
        class_name="group flex h-8 shrink-0 cursor-pointer items-center pointer-coarse:h-11",
        custom_attrs={
            "aria-label": label,
            "aria-description": f"{lists.counts[key]} conversations",
            "aria-selected": rx.cond(chosen, "true", "false"),
        },
    )


def _row(row: Any, thread: Any) -> rx.Component:
    here = thread.selected == row.id
    return rx.fragment(
        rx.cond(
            row.group != "",
            rx.el.li(
                row.group,
                rx.el.span(row.group_count, class_name="font-normal"),
                class_name="flex h-8 items-center gap-1.5 bg-side px-4 text-xs font-medium text-muted",
            ),
        ),
        rx.el.li(
            link(
                face(row.initial, "mt-0.5 size-8 text-[13px]"),
                rx.el.div(
                    rx.el.p(
                        rx.el.b(row.name, class_name="grow truncate text-sm/5 font-semibold"),
                        rx.cond(
                            row.wait != "",
                            _wait(row),
                            rx.el.span(
                                local(row.time, brief=True), class_name="shrink-0 text-xs text-muted tabular-nums"
                            ),
                        ),
                        class_name="flex items-center gap-2",
                    ),
                    rx.el.p(
                        rx.el.span(row.preview, class_name="grow truncate text-[13px]/5"),
                        rx.cond(row.unread > 0, _unread(row)),
                        rx.cond(
                            row.owner_initial != "",
                            rx.el.span(
                                row.owner_initial,
                                class_name="grid size-5 shrink-0 place-items-center rounded-full bg-(--p1) "
                                "text-[11px] font-semibold text-(--p1-ink)",
                                custom_attrs={"title": row.owner},
                            ),
                        ),
                        class_name="flex items-center gap-2",
                    ),
                    rx.cond(row.reason != "", rx.el.p(row.reason, class_name="text-xs/5 text-muted")),
                    class_name="min-w-0 grow",
                ),
                href=f"/inbox/{row.id}",
                class_name="relative flex gap-3 px-4 py-2 "
                + rx.cond(
                    here,
                    "bg-soft before:absolute before:inset-y-0 before:start-0 before:w-0.5 before:bg-ink",
                    "hover:bg-base-200",
                ).to(str),
                custom_attrs={"aria-current": rx.cond(here, "true", "false"), **ATTEND},
            )
        ),
        key=row.id,  # a row that moves stays itself: what is being clicked does not become another conversation
    )


def _wait(row: Any) -> rx.Component:
    tone = rx.match(
        row.wait_level, (0, "text-muted"), (1, "px-1.5 text-warn bg-warn-soft"), "px-1.5 text-bad bg-bad-soft"
    )
    return rx.el.span(
        icon("timer", "size-3.5 shrink-0"),
        rx.el.span("waiting ", class_name="sr-only"),
        row.wait,
        class_name="flex h-5 shrink-0 items-center gap-1 rounded-full text-xs font-medium tabular-nums " + tone.to(str),
    )


def _unread(row: Any) -> rx.Component:
    return rx.el.span(
        row.unread,
        rx.el.span(" unread", class_name="sr-only"),
        class_name="grid h-4.5 min-w-4.5 shrink-0 place-items-center rounded-full bg-primary px-1 text-[11px] "
        "font-semibold text-primary-content",
    )


def _empty(lists: Any) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            rx.match(
                lists.chosen,
                ("waiting", "Nobody is waiting"),
                ("mine", "You have no live chats"),
                "No conversations here yet",
            ),
            class_name="text-sm font-semibold",
        ),
        rx.el.p("New ones appear by themselves.", class_name="text-[13px]/5 text-muted"),
        class_name="p-8 text-center",
    )
