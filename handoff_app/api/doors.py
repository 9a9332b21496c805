"""The ASGI layer around everything: security headers, caching, and who is sent where before a page is served."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse

from handoff_app.access import sessions
from handoff_app.db import transact
from handoff_app.domain import agents, knowledge

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

STAFF: Final = ("/inbox", "/settings", "/knowledge", "/deliveries", "/insights")
_PAGES: Final = frozenset(
    ("/widget", "/login", "/setup", "/inbox", "/insights", "/deliveries", "/knowledge")
    + tuple(f"/settings/{name}" for name in ("ai", "escalations", "localization", "notifications"))
)
_YEAR: Final = "public, max-age=31536000, immutable"
_LOADER: Final = "public, max-age=300, stale-while-revalidate=86400"


class Doors:
    """Wraps the whole application."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        elsewhere = await _elsewhere(scope, path)
        if elsewhere:
            await RedirectResponse(elsewhere, 302, {"Cache-Control": "no-store"})(scope, receive, send)
            return
        if path in _PAGES:
            scope["path"] += "/"  # where the build keeps the page; without this the file server would redirect
        await self._app(scope, receive, _dressed(send, path))


async def _elsewhere(scope: Scope, path: str) -> str:
    """Where this request belongs instead, if anywhere."""
    if scope["method"] not in ("GET", "HEAD"):
        return ""
    if path == "/":
        return "" if await transact(knowledge.demo) else "/inbox"
    if path == "/setup":
        return "/login" if await transact(agents.any_admin) else ""
    is_page = path.startswith(STAFF) and "." not in path.rpartition("/")[2]
    if is_page and await sessions.who(sessions.token_of(Headers(scope=scope))) is None:
        query = scope["query_string"].decode("latin-1")
        return sessions.way_in(f"{path}?{query}" if query else path)
    return ""


def _dressed(send: Send, path: str) -> Send:
    """Headers on the way out. The widget may be framed by any site, staff pages by none."""

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["X-Content-Type-Options"] = "nosniff"
            if path.startswith((*STAFF, "/claim", "/login", "/setup")):
                headers["X-Frame-Options"] = "DENY"
                headers["Content-Security-Policy"] = "frame-ancestors 'none'"
            if path.startswith("/assets/"):
                headers["Cache-Control"] = _YEAR
                del headers["Last-Modified"]  # named after their content: nobody asks again
            else:
                headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
            if path == "/widget.js":
                headers["Cache-Control"] = _LOADER
            elif "cache-control" not in headers:
                headers["Cache-Control"] = "no-cache"
        await send(message)

    return dressed
