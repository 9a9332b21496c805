"""The endpoints that hear of events."""

from typing import Any

import reflex as rx

from handoff_app.domain.settings import EVENTS
from handoff_app.pages.settings.layout import card, foot, said
from handoff_app.pages.shared.clock import local
from handoff_app.pages.shared.parts import field_error, icon, pill, text_field

_EVENTS = {
    "escalation.created": "A visitor asks for a human",
    "escalation.claimed": "An agent takes it",
    "escalation.unanswered": "Nobody takes it in time",
    "conversation.resolved": "It is resolved",
}


def endpoints_card(state: Any) -> rx.Component:
    """All of them, and a form for one."""
    return card(
        "Webhooks",
        "webhook",
        rx.cond(
            state.listed.length() > 0,
            pill(state.listed.length().to_string(), "circle-check", "ok"),
            pill("None", "circle-dashed", "none"),
        ),
        _told_secret(state),
        rx.cond(
            state.listed.length() > 0,
            rx.el.ul(
                rx.foreach(state.listed, lambda one: _endpoint(state, one)),
                class_name="divide-y divide-line",
                custom_attrs={"aria-label": "Endpoints"},
            ),
            rx.el.p("No system of yours is told yet.", class_name="text-[13px]/5 text-muted"),
        ),
        rx.cond(state.editing != "", _form(state)),
        foot=foot(
            said(state.status),
            rx.el.button(
                icon("plus"), "Add endpoint", type="button", on_click=state.add, class_name="btn btn-sm btn-outline"
            ),
        ),
    )


def _told_secret(state: Any) -> rx.Component:
    return rx.cond(
        state.secret != "",
        rx.el.div(
            rx.el.p(
                "Signing secret of ",
                rx.el.span(state.secret_of, dir="ltr", class_name="break-all"),
                ". ",
                "Copy it now: it is not shown again.",
                class_name="text-[13px]/5",
            ),
            rx.el.code(state.secret, dir="ltr", class_name="mt-1.5 block font-mono text-[13px] break-all select-all"),
            role="status",
            class_name="rounded-lg bg-ok-soft p-3 text-ok",
        ),
    )


def _endpoint(state: Any, one: Any) -> rx.Component:
    def button(label: Any, event: Any) -> rx.Component:
        return rx.el.button(
            label,
            type="button",
            on_click=event,
            class_name="btn btn-sm btn-ghost",
            custom_attrs={"aria-describedby": one.id},
        )

    return rx.el.li(
        rx.el.div(
            rx.el.span(one.url, id=one.id, dir="ltr", class_name="min-w-0 grow text-sm font-medium break-all"),
            rx.match(
                one.state,
                ("Off", pill("Switched off", "circle-alert", "bad")),
                ("Failing", pill("Failing", "refresh-cw", "warn")),
                ("Paused", pill("Paused", "circle-pause", "none")),
                pill("On", "circle-check", "ok"),
            ),
            class_name="flex items-start gap-3",
        ),
        rx.cond(one.why != "", rx.el.p(one.why, role="alert", class_name="mt-1 text-[13px]/5 text-bad")),
        rx.el.p(
            one.events.join(", "), " · ", local(one.signed), " · ", one.last, class_name="mt-1 text-[13px]/5 text-muted"
        ),
        rx.el.div(
            button("Send test", state.test(one.id)),
            button("Edit", state.edit(one.id)),
            button("New secret", state.new_secret(one.id)),
            button(
                rx.cond((one.state == "On") | (one.state == "Failing"), "Pause", "Switch on"),
                state.pause(one.id),
            ),
            button("Remove", state.remove(one.id)),
            class_name="-ms-3 mt-1 flex flex-wrap",
        ),
        class_name="py-3 first:pt-0",
    )


def _form(state: Any) -> rx.Component:
    def choice(event: str) -> rx.Component:
        return rx.el.label(
            rx.el.input(
                type="checkbox",
                checked=state.events.contains(event),
                on_change=lambda on: state.choose_event(event, on),
                class_name="checkbox checkbox-sm checkbox-primary",
            ),
            rx.el.span(_EVENTS[event], " ", rx.el.code(event, class_name="text-xs text-muted")),
            class_name="flex min-h-8 items-center gap-2.5 text-[13px] max-md:min-h-11",
        )

    return rx.el.div(
        text_field("url", "Address", state.url, state.change_url, state.errors["url"], "", "url", "https://"),
        rx.el.fieldset(
            rx.el.legend("Events", class_name="mb-1 text-[13px] font-medium"),
            *(choice(event) for event in EVENTS),
            field_error(state.errors["events"], "events-error"),
        ),
        rx.el.div(
            rx.el.button("Cancel", type="button", on_click=state.cancel, class_name="btn btn-sm btn-ghost"),
            rx.el.button("Save endpoint", type="button", on_click=state.save, class_name="btn btn-sm btn-primary"),
            class_name="flex justify-end gap-2",
        ),
        class_name="flex flex-col gap-3 rounded-lg border border-line p-4",
    )
