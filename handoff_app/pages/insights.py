"""Why visitors escalate: figures, a chart of reasons, and the list, linked to the conversations."""

import reflex as rx

from handoff_app.db import transact
from handoff_app.domain import insights
from handoff_app.domain.insights import Asked, Bar
from handoff_app.domain.models import now
from handoff_app.pages.shared.clock import local
from handoff_app.pages.shared.frame import frame
from handoff_app.pages.shared.parts import link


class InsightsState(rx.State):
    """The last thirty days."""

    conversations: int = 0
    escalations: int = 0
    by_ai: str = ""
    median_wait: str = ""
    bars: list[Bar] = []
    asked: list[Asked] = []

    @rx.event
    async def open(self) -> None:
        """Read the figures."""
        found = await transact(insights.read, now())
        self.conversations, self.escalations = found.conversations, found.escalations
        self.by_ai, self.median_wait = found.by_ai, found.median_wait
        self.bars, self.asked = found.bars, found.asked


def insights_page() -> rx.Component:
    """The page `/insights`."""
    s = InsightsState
    return frame(
        "/insights",
        rx.el.main(
            rx.el.h1("Insights", class_name="text-xl font-semibold"),
            rx.el.p(
                "Why visitors ask for a human, in the last 30 days.", class_name="mt-1 mb-6 text-sm/5.5 text-muted"
            ),
            rx.el.dl(
                _stat("Conversations", s.conversations, "in 30 days"),
                _stat("Answered by the AI", s.by_ai, "from an article, without a human"),
                _stat("Escalations", s.escalations, "asked for or offered"),
                _stat("Median wait", s.median_wait, "until somebody took over"),
                class_name="grid grid-cols-2 rounded-box border border-line lg:grid-cols-4 lg:divide-x lg:divide-line",
            ),
            rx.cond(s.asked.length() > 0, rx.fragment(_chart(), _list()), _empty()),
            class_name="min-h-0 grow overflow-y-auto px-5 py-7 md:px-8",
        ),
    )


def _stat(label: str, value: rx.Var[int] | rx.Var[str], line: str) -> rx.Component:
    return rx.el.div(
        rx.el.dt(label, class_name="text-[13px] text-muted"),
        rx.el.dd(value, class_name="mt-1 text-2xl font-semibold tracking-tight tabular-nums"),
        rx.el.dd(line, class_name="text-[13px] text-muted"),
        class_name="px-5 py-4",
    )


def _chart() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Escalations by reason", class_name="text-[15px] font-semibold"),
        rx.el.dl(
            rx.foreach(
                InsightsState.bars,
                lambda bar: rx.el.div(
                    rx.el.dt(bar.label),
                    rx.el.dd(bar.count, class_name="font-medium tabular-nums"),
                    rx.el.dd(
                        rx.el.div(
                            class_name="h-full rounded-full " + rx.cond(bar.bad, "bg-error", "bg-primary").to(str),
                            style={"width": f"{bar.percent}%"},
                        ),
                        class_name="col-span-2 mt-1 h-1.5 rounded-full bg-base-200",
                        custom_attrs={"aria-hidden": "true"},
                    ),
                    class_name="grid grid-cols-[1fr_auto] text-[13px]/5",
                ),
            ),
            class_name="mt-4 flex flex-col gap-3",
        ),
        class_name="mt-6 max-w-2xl rounded-box border border-line p-5",
    )


def _list() -> rx.Component:
    head = "px-4 text-start text-xs font-medium text-muted"
    return rx.el.section(
        rx.el.h2("Who asked", class_name="p-5 pb-2 text-[15px] font-semibold"),
        rx.el.div(
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(
                        *(
                            rx.el.th(t, class_name=head)
                            for t in ("Question", "Reason", "Visitor", "Page", "Answered in", "When")
                        )
                    )
                ),
                rx.el.tbody(rx.foreach(InsightsState.asked, _row)),
                class_name="table text-[13px]",
            ),
            class_name="overflow-x-auto",
            tab_index=0,
            role="region",
            custom_attrs={"aria-label": "Escalations"},
        ),
        class_name="mt-6 rounded-box border border-line",
    )


def _row(asked: rx.Var[Asked]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            link(
                asked.question,
                href=f"/inbox/{asked.conversation_id}",
                class_name="font-medium hover:underline",
            ),
            class_name="min-w-56 max-w-96 break-words",
        ),
        rx.el.td(asked.reason, class_name="whitespace-nowrap"),
        rx.el.td(asked.visitor, class_name="max-w-48 truncate"),
        rx.el.td(asked.page, class_name="max-w-56 truncate text-muted"),
        rx.el.td(
            rx.cond(asked.answered != "", asked.answered, rx.el.span("Not yet", class_name="font-medium text-warn")),
            class_name="whitespace-nowrap tabular-nums",
        ),
        rx.el.td(local(asked.at), class_name="whitespace-nowrap text-muted tabular-nums"),
    )


def _empty() -> rx.Component:
    return rx.el.div(
        rx.el.h2("Nobody has asked for a human yet", class_name="text-base font-semibold"),
        rx.el.p(
            "When somebody does, the reason and the question stand here.",
            class_name="mt-1 text-sm/5.5 text-muted",
        ),
        class_name="mt-6 rounded-box border border-line p-10 text-center",
    )
