"""How the page `/settings/escalations` looks: one card per channel, and the bar that saves."""

from typing import Any

import reflex as rx

from handoff_app.pages.settings.layout import NOTE, save_bar, settings_page
from handoff_app.pages.shared.clock import local
from handoff_app.pages.shared.parts import field_of, icon, link, pill, switch_row

_CARD = "rounded-box border border-line bg-base-100"


def escalations_view(state: Any) -> rx.Component:
    """The whole page over `EscalationsState`."""
    return settings_page(
        "/settings/escalations",
        "Escalations",
        "When a visitor wants a human, who hears about it, and how.",
        rx.el.section(
            _switch(
                state,
                "enabled",
                "Enable Escalations",
                "Visitors can ask for a human, and the AI offers one when it is not sure.",
            ),
            class_name=f"{_CARD} p-5",
        ),
        _waiting(state),
        _email(state),
        _slack(state),
        _webhook(state),
        save_bar(state.dirty, state.status, state.wrong, state.save, state.discard),
    )


def _waiting(state: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h2("When somebody waits", class_name="text-[15px] font-semibold"),
        rx.el.div(
            field_of(state, "reroute_minutes", "Tell the next in turn", "After minutes, with round robin. 0 is off."),
            field_of(state, "late_minutes", "Tell the visitor", "After minutes, that an email will come."),
            field_of(state, "remind_minutes", "Mail unseen replies", "After minutes, to the visitor. 0 is off."),
            class_name="mt-3 grid gap-4 sm:grid-cols-3",
        ),
        class_name=f"{_CARD} p-5",
    )


def _email(state: Any) -> rx.Component:
    turn = rx.fragment(
        "Write to one address in turn instead of all.",
        rx.cond(
            state.next_in_turn != "",
            rx.fragment(
                " Next in turn: ", rx.el.b(state.next_in_turn, class_name="font-medium text-base-content"), "."
            ),
        ),
    )
    return _card(
        state,
        "email",
        "Email",
        "mail",
        rx.cond(state.files, pill("Written to files", "file-text", "warn"), _health(state, "email", "Connected")),
        _switch(
            state,
            "email_on",
            "Enable Email Notifications",
            "The reason, the visitor, the page and the transcript, with a link to answer.",
        ),
        rx.cond(
            state.files,
            rx.el.p(
                "No mail server is connected. Until then each mail is written to the folder mail in the data "
                "directory, and nobody receives it. ",
                link("Connect one", href="/settings/notifications", class_name="underline"),
                class_name=NOTE,
            ),
        ),
        field_of(state, "emails", "Escalation Notification Email(s)", "Separate several with a semicolon."),
        _switch(state, "round_robin", "Enable Round Robin Notifications", turn),
        test=state.test_email,
    )


def _slack(state: Any) -> rx.Component:
    token = field_of(
        state,
        "slack_token",
        "Slack bot token",
        "Starts with xoxb-. It needs the scope chat:write, and is stored encrypted.",
        type="password",
    )
    connected = rx.el.div(
        rx.el.p("A bot token is set. Invite the bot to the channel.", class_name="grow basis-60 text-[13px]/5"),
        rx.el.button("Disconnect", type="button", on_click=state.disconnect_slack, class_name="btn btn-sm btn-outline"),
        class_name="flex flex-wrap items-center gap-3 rounded-lg bg-base-200 p-3",
    )
    typed = state.fields["slack_token"] != ""
    return _card(
        state,
        "slack",
        "Slack",
        "hash",
        rx.cond(state.has_slack, _health(state, "slack", "Connected"), pill("Not connected", "circle-dashed", "none")),
        _switch(
            state,
            "slack_on",
            "Enable Slack Notifications",
            rx.cond(
                state.has_slack | typed,
                "Post each request to a channel, one thread per conversation.",
                "Not available yet: connect Slack with a bot token first.",
            ),
            disabled=~(state.has_slack | typed),
        ),
        rx.cond(state.has_slack, connected, token),
        field_of(state, "slack_channel", "Slack channel", "Its name or id, such as #support."),
        test=state.test_slack,
    )


def _webhook(state: Any) -> rx.Component:
    return _card(
        state,
        "webhook",
        "Webhook",
        "webhook",
        rx.cond(
            state.fields["webhook_url"] != "",
            _health(state, "webhook", "Connected"),
            pill("Not connected", "circle-dashed", "none"),
        ),
        _switch(
            state,
            "webhook_on",
            "Enable Webhook Notifications",
            "Send a signed JSON request to your CRM or automation.",
        ),
        field_of(state, "webhook_url", "Webhook URL", "", type="url"),
        field_of(
            state,
            "webhook_secret",
            "Signing secret",
            "Each request carries X-Signature-256, so that your system can check it is from here.",
            type="password",
            placeholder=rx.cond(state.has_secret, "Set. Type to replace it.", "Not set"),
        ),
        test=state.test_webhook,
    )


def _card(
    state: Any, channel: str, title: str, name: str, health: rx.Component, *body: rx.Component, test: Any
) -> rx.Component:
    return rx.el.section(
        rx.el.header(
            rx.el.span(icon(name), class_name="grid size-8 place-items-center rounded-lg bg-base-200"),
            rx.el.h2(title, id=f"{channel}-title", class_name="text-[15px] font-semibold"),
            rx.el.span(health, class_name="ms-auto"),
            class_name="flex items-center gap-3 px-5 pt-4",
        ),
        rx.el.div(*body, class_name="flex flex-col gap-4 px-5 py-4"),
        rx.el.footer(
            rx.el.p(
                local(state.last[channel]),
                role="status",
                id=f"{channel}-last",
                class_name="min-w-0 grow basis-40 break-words text-[13px]/5 "
                + rx.match(state.health[channel], ("bad", "text-bad"), ("warn", "text-warn"), "text-muted").to(str),
            ),
            rx.el.button(
                "Send test",
                type="button",
                on_click=test,
                class_name="btn btn-sm btn-outline",
                custom_attrs={"aria-describedby": f"{channel}-title"},
            ),
            class_name="flex flex-wrap items-center gap-x-3 gap-y-2 border-t border-line px-5 py-2.5",
        ),
        class_name=_CARD,
        custom_attrs={"aria-labelledby": f"{channel}-title"},
    )


def _health(state: Any, channel: str, good: str) -> rx.Component:
    return rx.match(
        state.health[channel],
        ("bad", pill("Failing", "circle-alert", "bad")),
        ("warn", pill("Retrying", "refresh-cw", "warn")),
        pill(good, "circle-check", "ok"),
    )


def _switch(state: Any, name: str, label: str, help: Any, disabled: Any = False) -> rx.Component:
    return switch_row(
        name, label, help, state.switches[name], lambda on: state.switch(name, on), disabled, state.version
    )
