"""The mail server, as an admin sets it up."""

from typing import Any

import reflex as rx

from handoff_app.pages.settings.layout import NOTE, card, foot, said
from handoff_app.pages.shared.parts import field_error, field_of, pill


def mail_card(state: Any) -> rx.Component:
    """Its address and sign-in, or where they come from."""
    form = rx.fragment(
        rx.el.div(
            rx.el.div(field_of(state, "server", "Mail server", placeholder="smtp.example.com"), class_name="grow"),
            rx.el.div(field_of(state, "port", "Port"), class_name="w-24"),
            rx.el.div(_security(state), class_name="w-36"),
            class_name="flex flex-wrap items-start gap-4",
        ),
        rx.el.div(
            field_of(state, "user", "User name", "Leave empty if the server needs none."),
            field_of(
                state,
                "password",
                "Password",
                "Stored encrypted.",
                type="password",
                placeholder=rx.cond(state.has_password, "Set. Type to replace it.", ""),
            ),
            class_name="grid gap-4 sm:grid-cols-2",
        ),
        field_of(state, "sender", "Sender", "Such as Acme <hello@acme.example>."),
    )
    return card(
        "Email",
        "mail",
        rx.cond(state.to_files, pill("Written to files", "file-text", "warn"), pill("Connected", "circle-check", "ok")),
        rx.cond(
            state.to_files,
            rx.el.p(
                "No mail server is connected: each mail is written to the folder mail in the data directory, "
                "and nobody receives it.",
                class_name=NOTE,
            ),
        ),
        rx.cond(
            state.by_environment,
            rx.el.p("The mail server is set by HANDOFF_SMTP_URL.", class_name="text-[13px]/5 text-muted"),
            form,
        ),
        foot=foot(
            said(state.status),
            rx.el.button("Send test", type="button", on_click=state.test, class_name="btn btn-sm btn-outline"),
            rx.cond(
                state.by_environment,
                None,
                rx.el.button("Save", type="button", on_click=state.save, class_name="btn btn-sm btn-primary px-5"),
            ),
        ),
    )


def _security(state: Any) -> rx.Component:
    return rx.el.div(
        rx.el.label("Encryption", html_for="security", class_name="mb-1 block text-[13px] font-medium"),
        rx.el.select(
            rx.el.option("STARTTLS", value="starttls"),
            rx.el.option("TLS", value="tls"),
            rx.el.option("None", value="none"),
            id="security",
            value=state.fields["security"],
            on_change=lambda value: state.change("security", value),
            class_name="select w-full",
        ),
        field_error(state.errors["security"], "security-error"),
    )
