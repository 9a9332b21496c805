"""How the card "When to bring a human" looks: what follows from each signal, the topics, and the sources."""

from typing import Any, Final

import reflex as rx

from handoff_app.pages.settings.layout import card, foot, said
from handoff_app.pages.shared.parts import field_error, switch_row

_RESPONSES: Final = (
    ("off", "Do nothing"),
    ("offer", "Offer a human"),
    ("escalate", "Bring a human"),
)


def signals_card(state: Any) -> rx.Component:
    """The whole card over `SignalsState`."""
    return card(
        "When to bring a human",
        "life-buoy",
        rx.fragment(),
        rx.el.p(
            "Who asks for a human gets one, whatever is set here. Who does not want one is offered none for three "
            "messages.",
            class_name="text-[13px]/5 text-muted",
        ),
        rx.el.div(
            _choice(state, "anger", "When a visitor is angry", "Shouts, insults, threatens or loses patience."),
            _choice(state, "repetition", "When a visitor repeats a question", "Or says that the AI repeats itself."),
            _choice(state, "two_unsure", "When the AI was unsure twice", "It offers a human each time it is unsure."),
            class_name="grid gap-4 sm:grid-cols-2",
        ),
        _topics(state),
        _choice(state, "on_topic", "On a sensitive topic"),
        switch_row(
            "show_sources",
            "Show sources to visitors",
            "Which articles an answer comes from. Your team always sees them.",
            state.show_sources,
            state.switch,
            version=state.version,
        ),
        foot=foot(
            said(state.status),
            rx.el.button("Save", type="button", on_click=state.save, class_name="btn btn-sm btn-primary px-5"),
            dirty=state.dirty,
        ),
    )


def _choice(state: Any, name: str, label: str, help: str = "") -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=name, class_name="mb-1 block text-[13px] font-medium"),
        rx.el.select(
            *(rx.el.option(words, value=value) for value, words in _RESPONSES),
            id=name,
            value=state.fields[name],
            on_change=lambda value: state.change(name, value),
            class_name="select w-full",
            custom_attrs={"aria-describedby": f"{name}-help"} if help else {},
        ),
        rx.el.p(help, id=f"{name}-help", class_name="mt-1.5 text-[13px]/5 text-muted") if help else rx.fragment(),
    )


def _topics(state: Any) -> rx.Component:
    return rx.el.div(
        rx.el.label("Sensitive topics", html_for="topics", class_name="mb-1 block text-[13px] font-medium"),
        rx.el.textarea(
            id="topics",
            value=state.fields["topics"],
            on_change=lambda value: state.change("topics", value),
            rows="4",
            placeholder="data breach",
            dir="auto",
            class_name="textarea w-full text-sm/5.5 " + rx.cond(state.error != "", "textarea-error", "").to(str),
            custom_attrs={
                "aria-invalid": rx.cond(state.error != "", "true", "false"),
                "aria-describedby": "topics-error topics-help",
            },
        ),
        field_error(state.error, "topics-error"),
        rx.el.p(
            "One word or phrase per line, in any language. Capitals, accents and short endings do not matter: "
            "refund finds refunded. With refund* it finds refundable too.",
            id="topics-help",
            class_name="mt-1.5 text-[13px]/5 text-muted",
        ),
    )
