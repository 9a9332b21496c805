"""How the page `/settings/notifications` looks: one card per way out."""

from typing import Any

import reflex as rx

from handoff_app.channels.slack import Place
from handoff_app.domain.settings import EVENTS
from handoff_app.pages.settings.layout import card, foot, said, settings_page
from handoff_app.pages.shared.parts import field_error, icon, link, pill, plain_link, switch_row, text_field

_NOTE = "rounded-lg bg-warn-soft p-3 text-[13px]/5 text-warn"
_EVENTS = {
    "escalation.created": "A visitor asks for a human",
    "escalation.claimed": "An agent takes it",
    "escalation.unanswered": "Nobody takes it in time",
    "conversation.resolved": "It is resolved",
}


def notifications_view(state: Any) -> rx.Component:
    """The whole page over `NotificationsState`."""
    return settings_page(
        "/settings/notifications",
        "Notifications",
        "How notices leave Handoff. Who hears of what is set under Escalations.",
        _mail(state),
        _slack(state),
        _webhooks(state),
        rx.el.p(
            "Every notice and its tries stand in ",
            link("Deliveries", href="/deliveries", class_name="text-ink underline"),
            ".",
            class_name="mb-6 text-[13px]/5 text-muted",
        ),
    )


def _mail(state: Any) -> rx.Component:
    form = rx.fragment(
        rx.el.div(
            rx.el.div(_mail_field(state, "server", "Mail server", placeholder="smtp.example.com"), class_name="grow"),
            rx.el.div(_mail_field(state, "port", "Port"), class_name="w-24"),
            rx.el.div(_security(state), class_name="w-36"),
            class_name="flex flex-wrap items-start gap-4",
        ),
        rx.el.div(
            _mail_field(state, "user", "User name", "Leave empty if the server needs none."),
            _mail_field(
                state,
                "password",
                "Password",
                "Stored encrypted.",
                type="password",
                placeholder=rx.cond(state.has_password, "Set. Type to replace it.", ""),
            ),
            class_name="grid gap-4 sm:grid-cols-2",
        ),
        _mail_field(state, "sender", "Sender", "Such as Acme <hello@acme.example>."),
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
                class_name=_NOTE,
            ),
        ),
        rx.cond(
            state.by_environment,
            rx.el.p("The mail server is set by HANDOFF_SMTP_URL.", class_name="text-[13px]/5 text-muted"),
            form,
        ),
        foot=foot(
            said(state.mail_status),
            rx.el.button("Send test", type="button", on_click=state.test_mail, class_name="btn btn-sm btn-outline"),
            rx.cond(
                state.by_environment,
                None,
                rx.el.button("Save", type="button", on_click=state.save_mail, class_name="btn btn-sm btn-primary px-5"),
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
            value=state.mail["security"],
            on_change=lambda value: state.change_mail("security", value),
            class_name="select w-full",
        ),
        field_error(state.errors["security"], "security-error"),
    )


def _mail_field(
    state: Any, name: str, label: str, help: str = "", type: str = "text", placeholder: Any = ""
) -> rx.Component:
    return text_field(
        name,
        label,
        state.mail[name],
        lambda value: state.change_mail(name, value),
        state.errors[name],
        help,
        type,
        placeholder,
    )


def _slack(state: Any) -> rx.Component:
    connect = rx.fragment(
        rx.cond(
            state.can_install,
            plain_link("Connect to Slack", href="/api/slack/install", class_name="btn btn-sm btn-primary self-start"),
        ),
        rx.el.div(
            rx.el.div(
                text_field(
                    "slack_token",
                    "Slack bot token",
                    state.slack_token,
                    state.change_token,
                    state.errors["slack_token"],
                    "Starts with xoxb-, and needs chat:write and channels:read. Stored encrypted.",
                    "password",
                ),
                class_name="grow",
            ),
            rx.el.button(
                "Connect", type="button", on_click=state.connect_slack, class_name="btn btn-outline mt-6 shrink-0"
            ),
            class_name="flex items-start gap-3",
        ),
    )
    connected = rx.fragment(
        rx.el.div(
            rx.el.p(
                "Notices go to ",
                rx.cond(
                    state.channel != "",
                    rx.el.b(state.channel, class_name="font-medium"),
                    rx.el.span("no channel yet. Choose one below"),
                ),
                ".",
                class_name="grow basis-60 text-[13px]/5",
            ),
            rx.el.button(
                "Disconnect", type="button", on_click=state.disconnect_slack, class_name="btn btn-sm btn-outline"
            ),
            class_name="flex flex-wrap items-center gap-3 rounded-lg bg-base-200 p-3",
        ),
        rx.cond(
            ~state.joined,
            rx.el.p(
                "The bot is not in this channel yet. Type /invite and the bot's name there, or nothing arrives.",
                class_name=_NOTE,
            ),
        ),
        _picker(state),
        switch_row(
            "two_way",
            "Answer from Slack",
            rx.cond(
                state.can_listen,
                "Replies in a thread reach the visitor as the agent with the same email address. "
                "A line that begins with note: stays inside.",
                "Not available: set HANDOFF_SLACK_SIGNING_SECRET, or HANDOFF_SLACK_APP_TOKEN behind a firewall.",
            ),
            state.two_way,
            state.switch_two_way,
            ~state.can_listen,
            state.version,
        ),
    )
    return card(
        "Slack",
        "hash",
        rx.cond(
            state.team != "", pill(state.team, "circle-check", "ok"), pill("Not connected", "circle-dashed", "none")
        ),
        rx.cond(state.team != "", connected, connect),
        foot=rx.cond(state.slack_status != "", foot(said(state.slack_status))),
    )


def _picker(state: Any) -> rx.Component:
    return rx.el.div(
        rx.el.form(
            rx.el.label("Find a channel", html_for="channel", class_name="mb-1 block text-[13px] font-medium"),
            rx.el.div(
                rx.el.input(
                    id="channel", name="channel", auto_complete="off", placeholder="support", class_name="input grow"
                ),
                rx.el.button("Search", type="submit", class_name="btn btn-outline"),
                class_name="flex gap-2",
            ),
            on_submit=state.find_channels,
        ),
        field_error(state.errors["slack"], "slack-error"),
        rx.cond(
            state.places.length() > 0,
            rx.el.ul(
                rx.foreach(state.places, lambda place: _place(state, place)),
                class_name="mt-2 max-h-56 divide-y divide-line overflow-y-auto rounded-lg border border-line",
                custom_attrs={"aria-label": "Channels"},
            ),
        ),
    )


def _place(state: Any, place: rx.Var[Place]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            "#",
            place.name,
            rx.cond(place.joined, "", rx.el.span("Invite the bot first", class_name="ms-auto text-xs text-warn")),
            type="button",
            on_click=state.choose_channel(place.id),
            class_name="flex min-h-9 w-full cursor-pointer items-center px-3 text-start text-[13px] hover:bg-base-200 "
            "max-md:min-h-11",
        )
    )


def _webhooks(state: Any) -> rx.Component:
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
        rx.el.p(one.events.join(", "), " · ", one.signed, " · ", one.last, class_name="mt-1 text-[13px]/5 text-muted"),
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
            rx.el.button(
                "Save endpoint", type="button", on_click=state.save_endpoint, class_name="btn btn-sm btn-primary"
            ),
            class_name="flex justify-end gap-2",
        ),
        class_name="flex flex-col gap-3 rounded-lg border border-line p-4",
    )
