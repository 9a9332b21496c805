"""How the page `/deliveries` looks: filters, a table, and what opens below a row."""

from typing import Any

import reflex as rx

from handoff_app.domain.deliveries import FILTERS, WINDOW, Shown, Try
from handoff_app.pages.shared.clock import local
from handoff_app.pages.shared.frame import StaffState, frame
from handoff_app.pages.shared.parts import icon, link, pill, search_field

_HEAD = "px-3.5 py-2.5 text-start text-xs font-medium text-muted"
_CELL = "px-3.5 py-2.5"


def deliveries_view(state: Any) -> rx.Component:
    """The whole page over `DeliveriesState`."""
    return frame(
        "/deliveries",
        rx.el.main(
            _title(state),
            _switched_off(state),
            _filters(state),
            rx.cond(state.listed, rx.cond(state.rows.length() > 0, _table(state), _empty(state))),
            _foot(state),
            class_name="min-h-0 grow overflow-y-auto px-5 py-7 md:px-8",
        ),
        admins_only=True,
    )


def _title(state: Any) -> rx.Component:
    return rx.el.header(
        rx.el.div(
            rx.el.h1("Deliveries", class_name="text-xl font-semibold"),
            rx.el.p(
                "Every notice that left Handoff, or is still trying to.",
                rx.cond(
                    state.oldest != "",
                    rx.fragment(" The oldest that waits: ", rx.el.b(state.oldest, class_name="font-medium"), "."),
                ),
                class_name="mt-1 text-sm/5.5 text-muted",
            ),
            rx.el.p(state.status, role="status", class_name="text-[13px]/5 text-ink"),
        ),
        rx.el.div(
            rx.cond(
                StaffState.failed > 0,
                rx.el.button(
                    "Dismiss failed", type="button", on_click=state.dismiss_failed, class_name="btn btn-sm btn-ghost"
                ),
            ),
            rx.cond(
                state.counts["failed"] > 0,
                rx.el.button(
                    icon("rotate-cw"),
                    "Replay failed",
                    type="button",
                    on_click=state.replay_failed,
                    class_name="btn btn-sm btn-outline",
                ),
            ),
            class_name="ms-auto flex flex-wrap gap-2",
        ),
        class_name="mb-5 flex flex-wrap items-start gap-4",
    )


def _switched_off(state: Any) -> rx.Component:
    return rx.foreach(
        state.off,
        lambda url: rx.el.p(
            icon("circle-alert", "size-4 shrink-0 mt-0.5"),
            rx.el.span(
                "Nothing is sent to ",
                rx.el.span(url, dir="ltr", class_name="break-all"),
                " any more: it was switched off. ",
                link("Open notifications", href="/settings/notifications", class_name="underline"),
            ),
            role="alert",
            class_name="mb-3 flex gap-2 rounded-box bg-bad-soft p-3 text-[13px]/5 text-bad",
        ),
    )


def _filters(state: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            *(_filter(state, name) for name in FILTERS),
            role="group",
            class_name="flex gap-0.5 overflow-x-auto",
            custom_attrs={"aria-label": "Filter"},
        ),
        search_field(state, "Search deliveries", "Address, visitor or id", "sm:w-60"),
        class_name="mb-3 flex flex-wrap items-center gap-2",
    )


def _filter(state: Any, name: str) -> rx.Component:
    here = state.chosen == name
    return rx.el.button(
        name.capitalize(),
        rx.el.span(state.counts[name], class_name="text-xs tabular-nums", custom_attrs={"aria-hidden": "true"}),
        type="button",
        on_click=state.choose(name),
        class_name="flex h-8 items-center gap-1.5 rounded-full px-3 text-[13px] max-md:h-11 "
        + rx.cond(here, "bg-neutral font-medium text-neutral-content", "text-muted hover:bg-base-200").to(str),
        custom_attrs={"aria-pressed": rx.cond(here, "true", "false"), "aria-label": name.capitalize()},
    )


def _table(state: Any) -> rx.Component:
    names = ("Status", "Event", "To", "Conversation", "Tries", "Last answer", "When")
    return rx.el.div(
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    *(rx.el.th(name, class_name=_HEAD) for name in names),
                    rx.el.th(rx.el.span("Action", class_name="sr-only"), class_name=_HEAD),
                )
            ),
            rx.el.tbody(
                rx.foreach(state.rows, lambda row: rx.fragment(_row(state, row), _detail(state, row), key=row.id))
            ),
            class_name="table text-[13px]",
        ),
        class_name="overflow-x-auto rounded-box border border-line",
        tab_index=0,
        role="region",
        custom_attrs={"aria-label": "Deliveries"},
    )


def _row(state: Any, row: rx.Var[Shown]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.el.button(
                _state(row),
                type="button",
                on_click=state.show(row.id),
                class_name="cursor-pointer rounded-full",
                custom_attrs={
                    "aria-expanded": rx.cond(state.detail.id == row.id, "true", "false"),
                    "aria-label": rx.Var.create("Tries of ") + row.event + " " + row.where + ", " + row.state,
                },
            ),
            class_name=_CELL,
        ),
        rx.el.td(row.event, class_name=f"{_CELL} whitespace-nowrap"),
        rx.el.td(
            rx.el.span(
                rx.match(
                    row.channel,
                    ("email", icon("mail", "size-4 shrink-0 text-muted")),
                    ("slack", icon("hash", "size-4 shrink-0 text-muted")),
                    icon("webhook", "size-4 shrink-0 text-muted"),
                ),
                rx.el.span(row.where, dir="ltr", class_name="max-w-48 truncate"),
                class_name="flex items-center gap-2",
            ),
            class_name=_CELL,
        ),
        rx.el.td(
            rx.cond(
                row.conversation != "",
                link(row.visitor, href="/inbox/" + row.conversation.to(str), class_name="text-ink hover:underline"),
                "",
            ),
            class_name=f"{_CELL} max-w-36 truncate",
        ),
        rx.el.td(row.tries, class_name=f"{_CELL} tabular-nums"),
        rx.el.td(row.answer, class_name=f"{_CELL} min-w-44 max-w-80 text-muted"),
        rx.el.td(local(row.at), class_name=f"{_CELL} whitespace-nowrap text-muted tabular-nums"),
        rx.el.td(
            rx.cond(
                row.action != "",
                rx.el.button(
                    row.action, type="button", on_click=state.replay(row.id), class_name="btn btn-sm btn-outline"
                ),
            ),
            class_name="w-24 px-3.5 py-1.5 text-end whitespace-nowrap lg:sticky lg:end-0 lg:bg-base-100",
        ),
        class_name="border-line",
    )


def _state(row: rx.Var[Shown]) -> rx.Component:
    return rx.match(
        row.state,
        ("Sent", pill("Sent", "circle-check", "ok")),
        ("Failed", pill("Failed", "circle-alert", "bad")),
        ("Retrying", pill("Retrying", "clock", "warn")),
        pill("Sending", "clock", "none"),
    )


def _detail(state: Any, row: rx.Var[Shown]) -> rx.Component:
    return rx.cond(
        state.detail.id == row.id,
        rx.el.tr(
            rx.el.td(
                rx.el.div(
                    rx.el.div(
                        rx.el.h2("Attempts", class_name="mb-2 text-xs font-medium text-muted"),
                        rx.el.ol(rx.foreach(state.detail.tries, _try), class_name="flex flex-col gap-1.5"),
                    ),
                    rx.el.div(
                        rx.el.h2("Body as it was sent", class_name="mb-2 text-xs font-medium text-muted"),
                        rx.el.pre(
                            state.detail.body,
                            class_name="max-h-60 overflow-auto rounded-lg border border-line bg-base-100 p-3 font-mono "
                            "text-xs/5 break-all whitespace-pre-wrap",
                            tab_index=0,
                        ),
                    ),
                    class_name="grid gap-8 px-4 py-4 lg:grid-cols-2",
                ),
                col_span=8,
                class_name="p-0",
            ),
            class_name="border-line bg-side",
        ),
    )


def _try(one: rx.Var[Try]) -> rx.Component:
    return rx.el.li(
        rx.el.span(local(one.at, seconds=True), class_name="text-muted"),
        rx.el.span(one.answer, class_name="font-medium " + rx.cond(one.ok, "text-ok", "text-bad").to(str)),
        rx.el.span(one.excerpt, class_name="break-all text-muted"),
        rx.el.span(one.took, class_name="text-end text-muted"),
        class_name="grid grid-cols-[7rem_minmax(6rem,1fr)_1fr_4rem] gap-3 text-[13px]/5 tabular-nums",
    )


def _empty(state: Any) -> rx.Component:
    return rx.el.div(
        rx.el.h2(
            rx.cond(state.sought != "", "Nothing found", "No deliveries here"), class_name="text-base font-semibold"
        ),
        rx.el.p(
            "When a visitor asks for a human, each notice to your team stands here with what came back.",
            class_name="mt-1 text-sm/5.5 text-muted",
        ),
        class_name="rounded-box border border-line p-10 text-center",
    )


def _foot(state: Any) -> rx.Component:
    def button(label: str, pages: int, off: Any) -> rx.Component:
        return rx.el.button(
            label, type="button", on_click=state.turn(pages), disabled=off, class_name="btn btn-sm btn-outline"
        )

    return rx.el.div(
        rx.el.p("What was sent is kept for 30 days, what failed until you replay it."),
        rx.cond(
            (state.skip > 0) | (state.rows.length() == WINDOW),
            rx.el.div(
                button("Newer", -1, state.skip == 0),
                button("Older", 1, state.rows.length() < WINDOW),
                class_name="ms-auto flex gap-2",
            ),
        ),
        class_name="mt-3 flex flex-wrap items-center gap-2 text-[13px] text-muted",
    )
