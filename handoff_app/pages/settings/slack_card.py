"""The Slack workspace: connect it, choose a channel, and whether answers come from there."""

from typing import Any

import reflex as rx

from handoff_app.channels.slack import Place
from handoff_app.pages.settings.layout import NOTE, card, foot, said
from handoff_app.pages.shared.parts import field_error, pill, plain_link, switch_row, text_field


def slack_card(state: Any) -> rx.Component:
    """Connect it, or say where its notices go."""
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
                    state.token,
                    state.change_token,
                    state.errors["slack_token"],
                    "Starts with xoxb-, and needs chat:write, channels:read and groups:read. Stored encrypted.",
                    "password",
                ),
                class_name="grow",
            ),
            rx.el.button("Connect", type="button", on_click=state.connect, class_name="btn btn-outline mt-6 shrink-0"),
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
            rx.el.button("Disconnect", type="button", on_click=state.disconnect, class_name="btn btn-sm btn-outline"),
            class_name="flex flex-wrap items-center gap-3 rounded-lg bg-base-200 p-3",
        ),
        rx.cond(
            ~state.joined,
            rx.el.p(
                "The bot is not in this channel yet. Type /invite and the bot's name there, or nothing arrives.",
                class_name=NOTE,
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
        foot=rx.cond(state.status != "", foot(said(state.status))),
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
            on_submit=state.find,
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
            on_click=state.choose(place.id),
            class_name="flex min-h-9 w-full cursor-pointer items-center px-3 text-start text-[13px] hover:bg-base-200 "
            "max-md:min-h-11",
        )
    )
