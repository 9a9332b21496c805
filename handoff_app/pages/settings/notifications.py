"""The page `/settings/notifications`: one card per way out. Who hears of what is set under Escalations."""

import reflex as rx

from handoff_app.pages.settings.endpoints import EndpointsState
from handoff_app.pages.settings.endpoints_card import endpoints_card
from handoff_app.pages.settings.layout import settings_page
from handoff_app.pages.settings.mail import MailState
from handoff_app.pages.settings.mail_card import mail_card
from handoff_app.pages.settings.slack import SlackState
from handoff_app.pages.settings.slack_card import slack_card
from handoff_app.pages.shared.parts import link

OPENED = [MailState.open, SlackState.open, EndpointsState.open]
"""What the page asks for when it opens."""


def notifications_page() -> rx.Component:
    """The page `/settings/notifications`."""
    return settings_page(
        "/settings/notifications",
        "Notifications",
        "How notices leave Handoff. Who hears of what is set under Escalations.",
        mail_card(MailState),
        slack_card(SlackState),
        endpoints_card(EndpointsState),
        rx.el.p(
            "Every notice and its tries stand in ",
            link("Deliveries", href="/deliveries", class_name="text-ink underline"),
            ".",
            class_name="mb-6 text-[13px]/5 text-muted",
        ),
    )
