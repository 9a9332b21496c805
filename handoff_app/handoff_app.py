"""The front door: the app, its guard, its pages and its API. No logic."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import reflex as rx
from fastapi import FastAPI

from handoff_app import worker
from handoff_app.access.guard import Guard, SocketServer
from handoff_app.api import auth, claim, health, knowledge, metrics, problems, slack
from handoff_app.api.doors import Doors
from handoff_app.pages.access import login, setup
from handoff_app.pages.deliveries import DeliveriesState, deliveries_page
from handoff_app.pages.inbox import InboxListState, InboxState, inbox_page
from handoff_app.pages.insights import InsightsState, insights_page
from handoff_app.pages.knowledge import OPENED as KNOWLEDGE_OPENED
from handoff_app.pages.knowledge import knowledge_page
from handoff_app.pages.nowhere import nowhere
from handoff_app.pages.settings.ai import AiState, ai_page
from handoff_app.pages.settings.escalations import EscalationsState, escalations_page
from handoff_app.pages.settings.localization import LocalizationState, localization_page
from handoff_app.pages.settings.notifications import OPENED as NOTIFICATIONS_OPENED
from handoff_app.pages.settings.notifications import notifications_page
from handoff_app.pages.settings.signals import SignalsState
from handoff_app.pages.shared.aide_state import AideState
from handoff_app.pages.shared.frame import StaffState
from handoff_app.pages.shared.tabs import tabs
from handoff_app.pages.shop import shop
from handoff_app.pages.widget import WidgetState, widget

api = FastAPI(title="Handoff", docs_url="/api/docs", openapi_url="/api/openapi.json", redoc_url=None)
api.include_router(health.router)
api.include_router(auth.router)
api.include_router(claim.router)
api.include_router(knowledge.router)
api.include_router(metrics.router)
api.include_router(slack.router)
api.include_router(problems.nowhere)
problems.explain(api)

app = rx.App(
    sio=SocketServer(),
    stylesheets=["/theme.css"],
    head_components=[
        rx.el.script(src="/boot.js"),
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.script(src="/chat.js", custom_attrs={"defer": True}),
    ],
    html_lang="en",
    toaster=None,
    api_transformer=[api, Doors],
)
app.app_wraps.pop((5, "Overlay"))  # its sign of a lost connection has no words; each page has its own
app.add_middleware(Guard(), index=0)
tabs.app = app


@asynccontextmanager
async def background() -> AsyncIterator[None]:
    """The worker and the sweep live as long as the server; at the end what is under way may finish."""
    gc.freeze()  # the app stays as it is: looking it all through for garbage takes 0.2 s, in the middle of a chat
    # Seconds that one thread may keep another waiting. The database's asks at every statement of a transaction while
    # the loop is busy: with 0.001 fifty escalations a second took 3 s to be told of, with 0.0001 0.3 s.
    sys.setswitchinterval(0.0001)
    await auth.invite()
    at_work = worker.Worker()
    tasks = [asyncio.create_task(at_work.run()), asyncio.create_task(tabs.sweep())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await at_work.stopped()


app.register_lifespan_task(background)

app.add_page(shop, route="/", title="Acme Outdoor")
app.add_page(widget, route="/widget", title="Chat", on_load=WidgetState.greet)
app.add_page(login, route="/login", title="Sign in · Handoff")
app.add_page(setup, route="/setup", title="Set up · Handoff")
app.add_page(nowhere, route="/404", title="Not found · Handoff")

_INBOX = [StaffState.enter, InboxListState.open, InboxState.open, AideState.open]
app.add_page(inbox_page, route="/inbox", title="Inbox · Handoff", on_load=_INBOX)
app.add_page(inbox_page, route="/inbox/[conversation]", title="Inbox · Handoff", on_load=_INBOX)
app.add_page(
    insights_page, route="/insights", title="Insights · Handoff", on_load=[StaffState.enter, InsightsState.open]
)
app.add_page(
    knowledge_page,
    route="/knowledge",
    title="Knowledge · Handoff",
    on_load=[StaffState.enter, *KNOWLEDGE_OPENED],
)
app.add_page(
    deliveries_page,
    route="/deliveries",
    title="Deliveries · Handoff",
    on_load=[StaffState.enter, DeliveriesState.open],
)
app.add_page(
    escalations_page,
    route="/settings/escalations",
    title="Escalations · Handoff",
    on_load=[StaffState.enter, EscalationsState.open],
)
app.add_page(
    notifications_page,
    route="/settings/notifications",
    title="Notifications · Handoff",
    on_load=[StaffState.enter, *NOTIFICATIONS_OPENED],
)
app.add_page(
    ai_page,
    route="/settings/ai",
    title="AI · Handoff",
    on_load=[StaffState.enter, AiState.open, SignalsState.open],
)
app.add_page(
    localization_page,
    route="/settings/localization",
    title="Localization · Handoff",
    on_load=[StaffState.enter, LocalizationState.open],
)
