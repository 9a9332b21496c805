"""What the visitor is asked on the way to a human."""

from typing import Any

import reflex as rx

from handoff_app.pages.shared.parts import field_error


def prompt(state: Any, w: Any) -> rx.Component:
    """What stands below the last line: an offer, the question for an address, or that somebody will come."""
    return rx.fragment(
        rx.match(
            state.prompt,
            ("offer", _offer(state, w)),
            ("email", _email(state, w)),
            rx.fragment(),
        ),
        rx.cond(state.status == "waiting", _waiting(w)),
    )


def _offer(state: Any, w: Any) -> rx.Component:
    return rx.el.div(
        rx.el.button(
            w["offer.yes"], type="button", on_click=state.accept(state.conversation), class_name="btn btn-primary px-4"
        ),
        rx.el.button(
            w["offer.no"], type="button", on_click=state.decline(state.conversation), class_name="btn btn-outline px-4"
        ),
        class_name="flex flex-wrap gap-2 ps-9.5",
    )


def _email(state: Any, w: Any) -> rx.Component:
    acknowledged = rx.el.p(
        w["escalation.message"],
        class_name="ms-9.5 w-fit rounded-2xl rounded-ss-md bg-base-200 px-3.5 py-2.5 text-[15px]/[22px]",
    )
    form = rx.el.form(
        rx.el.h2(w["email.title"], class_name="text-[15px] font-semibold"),
        rx.el.p(w["email.help"], class_name="mt-0.5 text-[13px]/5 text-muted"),
        rx.el.label(w["email.label"], html_for="email", class_name="mt-3 mb-1 block text-[13px] font-medium"),
        rx.el.input(
            id="email",
            name="email",
            type="text",
            input_mode="email",
            auto_complete="email",
            default_value=state.email_typed,
            placeholder=w["email.placeholder"],
            class_name=rx.cond(state.email_error != "", "input input-error w-full", "input w-full"),
            dir="ltr",
            custom_attrs={
                "aria-invalid": rx.cond(state.email_error != "", "true", "false"),
                "aria-describedby": "email-error",
            },
        ),
        field_error(state.email_error, "email-error"),
        rx.el.button(w["email.continue"], type="submit", class_name="btn btn-primary mt-3 w-full"),
        on_submit=state.leave_email,
        no_validate=True,
        class_name="ms-9.5 rounded-box border border-line p-4",
    )
    return rx.fragment(acknowledged, form)


def _waiting(w: Any) -> rx.Component:
    return rx.el.section(
        rx.el.p(w["escalation.waiting"], role="status", class_name="text-[15px] font-semibold"),
        rx.el.progress(class_name="progress progress-primary mt-3 w-full", custom_attrs={"aria-hidden": "true"}),
        class_name="rounded-box border border-line p-4",
    )
