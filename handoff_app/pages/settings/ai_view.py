"""How the page `/settings/ai` looks: a card for the language model, one for when a human comes in."""

from typing import Any

import reflex as rx

from handoff_app.pages.settings.layout import card, foot, said, settings_page
from handoff_app.pages.settings.signals_view import signals_card
from handoff_app.pages.shared.parts import field_of, pill, switch_row


def ai_view(state: Any, signals: Any) -> rx.Component:
    """The whole page over `AiState` and `SignalsState`."""
    return settings_page(
        "/settings/ai",
        "AI",
        "Who answers first. The built-in AI answers from your articles, without any key; a language model can put "
        "them into words.",
        _model(state),
        signals_card(signals),
    )


def _model(state: Any) -> rx.Component:
    return card(
        "LLM",
        "bot",
        rx.cond(state.in_use, pill("In use", "circle-check", "ok"), pill("Not in use", "circle-dashed", "none")),
        switch_row(
            "enabled",
            "Enable LLM",
            "It sees the visitor's question, the chat so far and the passages found for it. If it fails or is slow, "
            "the built-in AI answers.",
            state.enabled,
            state.switch,
            version=state.version,
        ),
        rx.cond(
            state.by_environment,
            rx.el.p(
                "The model is set by HANDOFF_LLM_URL: ",
                rx.el.b(state.fields["model"], class_name="font-medium text-base-content"),
                " at ",
                rx.el.span(state.fields["url"], dir="ltr", class_name="break-all"),
                ".",
                class_name="text-[13px]/5 text-muted",
            ),
            _address(state),
        ),
        rx.el.div(
            field_of(state, "timeout", "Timeout (seconds)", "Then the built-in AI answers."),
            field_of(state, "most_answers", "Most AI answers per conversation", "After that the built-in AI answers."),
            class_name="grid gap-4 sm:grid-cols-2",
        ),
        foot=foot(
            said(state.status, state.wrong),
            rx.el.button("Test", type="button", on_click=state.test, class_name="btn btn-sm btn-outline"),
            rx.el.button("Save", type="button", on_click=state.save, class_name="btn btn-sm btn-primary px-5"),
        ),
    )


def _address(state: Any) -> rx.Component:
    return rx.fragment(
        field_of(state, "url", "LLM URL", "Of any OpenAI-compatible server.", "url", "https://api.openai.com/v1"),
        rx.el.div(
            field_of(
                state,
                "key",
                "API key",
                "Stored encrypted. Leave empty if the server needs none.",
                "password",
                rx.cond(state.has_key, "Set. Type to replace it.", ""),
            ),
            field_of(state, "model", "Model", "As the server calls it."),
            class_name="grid gap-4 sm:grid-cols-2",
        ),
    )
