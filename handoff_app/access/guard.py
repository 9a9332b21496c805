"""The two doors of every event: the socket server before the queue, and the middleware before the handler.

Each refusal closes a hole that was tried against a running app: forged `connect` events, unknown handler names that
leak futures, handlers called from pages that do not show them, a state resumed by its token alone.
"""

import json
import logging
from collections import Counter
from dataclasses import is_dataclass
from types import SimpleNamespace
from typing import Any, Final

import reflex as rx
import socketio
from reflex.event import Event, fix_events
from reflex.istate.data import SessionData
from reflex.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex.utils.serializers import serialize

from handoff_app.access import addresses, limits, rules, sessions
from handoff_app.config import config
from handoff_app.domain.models import Role

log = logging.getLogger(__name__)

LARGEST_FRAME: Final = 64 * 1024
_MOST_TOKENS: Final = 50_000
_LET_THROUGH: Final = frozenset({"event", "ping", "client_error"})


class SocketServer(socketio.AsyncServer):
    """Knows three event names, an origin list, and when somebody sends too much."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            async_mode="asgi",
            cors_allowed_origins=list(config().origins),
            cors_credentials=True,
            max_http_buffer_size=LARGEST_FRAME,
            transports=["websocket"],
            allow_upgrades=False,
            async_handlers=False,
            json=SimpleNamespace(dumps=_dumps, loads=json.loads),
            **options,
        )
        self._buckets: dict[str, limits.Bucket] = {}
        self._addresses: dict[str, str] = {}
        self._open: Counter[str] = Counter()

    async def _handle_event(self, eio_sid: str, namespace: str, id: int | None, data: list[Any]) -> None:
        """Called for what a client emits: only known names of handlers get any further."""
        if not self._buckets.setdefault(eio_sid, limits.Bucket()).take():
            return
        if not data or data[0] not in _LET_THROUGH or not _well_formed(data):
            log.info("a socket sent an event that nobody handles")
            return
        await super()._handle_event(eio_sid, namespace, id, data)

    async def _handle_connect(self, eio_sid: str, namespace: str, data: Any) -> None:
        """A boot event inside the handshake is held to the same rule; an address may not hold too many sockets."""
        address = _address(self.environ.get(eio_sid, {}))
        if isinstance(data, dict) and not _known_handler(data.get("event")):
            data = {key: value for key, value in data.items() if key != "event"}
        if not limits.may_connect(address) or self._open[address] >= limits.SOCKETS_PER_ADDRESS:
            await self.eio.disconnect(eio_sid)
            return
        self._open[address] += 1
        self._addresses[eio_sid] = address
        await super()._handle_connect(eio_sid, namespace, data)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self._buckets.pop(eio_sid, None)
        address = self._addresses.pop(eio_sid, None)
        if address is not None:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]
        await super()._handle_eio_disconnect(eio_sid, reason)


class Guard(Middleware):
    """Refuses every handler without a rule, and every caller without the role.

    A state belongs to the socket that hydrated it: a new socket with the same token gets a fresh one, so that a token
    that was seen somewhere resumes nothing.
    """

    def __init__(self) -> None:
        self._sockets: dict[str, str] = {}

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """None lets the event pass; an empty update ends it here."""
        if not self._belongs(state, event):
            return StateUpdate()
        wanted = rules.needs(event.name)
        if wanted is rules.Needs.NOTHING:
            return None
        person = await person_of(state)
        if rules.allowed(wanted, person.role if person else None):
            return None
        log.info("refused %s to %s", rules.short(event.name), person.role if person else "nobody")
        return _to_sign_in(state) if person is None else StateUpdate()

    def _belongs(self, state: BaseState, event: Event) -> bool:
        session = socket_of(state)
        if self._sockets.get(session.client_token) == session.session_id:
            return True
        if rules.short(event.name) not in rules.HYDRATES:
            return False
        if session.client_token in self._sockets:
            _fresh(state)
        if len(self._sockets) > _MOST_TOKENS:
            self._sockets.clear()
        self._sockets[session.client_token] = session.session_id
        return True


def _to_sign_in(state: BaseState) -> StateUpdate:
    """Whoever was signed in when this page opened, and is not any more, learns it by what they do next."""
    return StateUpdate(events=fix_events([rx.redirect(sessions.way_in(state.router.url.path), replace=True)]))


async def person_of(state: BaseState) -> sessions.Person | None:
    """Who sits at this tab, by the cookie of its handshake."""
    return await sessions.who(sessions.token_of({"cookie": state.rx_router_headers.cookie}))


def socket_of(state: BaseState) -> SessionData:
    """The socket behind a tab. `state.router` gives the same, and puts four other views together first."""
    return state.rx_router_session


async def agent_of(state: BaseState) -> sessions.Person:
    """The agent at this tab; the guard has let nobody else through. Raises `PermissionError` all the same."""
    person = await person_of(state)
    if person is None or person.role not in (Role.AGENT, Role.ADMIN):
        raise PermissionError("not signed in")
    return person


def _plain(value: Any) -> Any:
    """What JSON knows: the fields of a dataclass, which nearly all that is sent consists of; else as Reflex has it."""
    return vars(value) if is_dataclass(value) and not isinstance(value, type) else serialize(value)


_encoder: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain)


def _dumps(value: Any, **_: Any) -> str:
    return _encoder.encode(value)


def _fresh(state: BaseState) -> None:
    """Forget everything but where the tab is."""
    root = state._get_root_state()
    router_data = root.router_data
    root.reset()
    root.router_data = router_data


def _well_formed(data: list[Any]) -> bool:
    return data[0] != "event" or (len(data) == 2 and _known_handler(data[1]))


def _known_handler(event: Any) -> bool:
    return isinstance(event, dict) and isinstance(event.get("name"), str) and rules.needs(event["name"]) is not None


def _address(environ: dict[str, Any]) -> str:
    peer = environ.get("asgi.scope", {}).get("client")
    return addresses.client(str(peer[0]) if peer else "", str(environ.get("HTTP_X_FORWARDED_FOR", "")))
