"""Slack's callbacks: the installation that an admin agrees to, and the events that Slack signs."""

import json
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from slack_sdk.signature import SignatureVerifier

from handoff_app import vault
from handoff_app.access import sessions
from handoff_app.api.problems import problem
from handoff_app.channels import slack
from handoff_app.channels.base import PermanentError, RetryLater
from handoff_app.config import config
from handoff_app.db import transact
from handoff_app.domain import replies, slack_team

router = APIRouter(prefix="/api/slack", include_in_schema=False)

PURPOSE: Final = "slack installation"
SECONDS_TO_AGREE: Final = 600
LARGEST: Final = 256 * 1024


@router.get("/install")
async def install(request: Request) -> Response:
    """Send an admin to Slack, with a state that only this person can bring back."""
    person = await sessions.who(sessions.token_of(request.headers))
    if person is None or not person.is_admin or not config().slack_client_id:
        return problem(403, "Only an admin can connect Slack.")
    return RedirectResponse(slack.install_url(vault.signed(PURPOSE, [person.id]), _redirect_uri()), 303)


@router.get("/callback")
async def callback(request: Request, code: str = "", state: str = "") -> Response:
    """Slack sends the admin back: the state must be this person's, and the code must be worth a token."""
    person = await sessions.who(sessions.token_of(request.headers))
    if person is None or not person.is_admin or vault.unsigned(PURPOSE, state, SECONDS_TO_AGREE) != [person.id]:
        return problem(403, "This link is too old or not yours. Start again from the settings.")
    if code:
        try:
            token = await slack.installed(code, _redirect_uri())
            team, bot = await slack.identify(token)
        except (PermanentError, RetryLater) as error:
            return problem(502, f"{error}. Try again from the settings.")
        await transact(slack_team.connect, token, team, bot)
    return RedirectResponse("/settings/notifications", 303)


@router.post("/events")
async def events(request: Request) -> Response:
    """Signed by Slack within five minutes; kept and answered at once, the worker does the rest."""
    body = await _body(request)
    if body is None or not _is_signed(body, request):
        return problem(401, "The signature is not right.")
    said: dict[str, Any] = json.loads(body)
    if said.get("type") == "url_verification":
        return JSONResponse({"challenge": str(said.get("challenge", ""))[:200]})
    if said.get("type") == "event_callback" and isinstance(said.get("event"), dict):
        await transact(replies.keep, said["event"], str(said.get("event_id", "")))
    return JSONResponse({"ok": True})


async def _body(request: Request) -> bytes | None:
    """What was sent; None as soon as it is too much."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)


def _is_signed(body: bytes, request: Request) -> bool:
    secret = config().slack_signing_secret
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        return bool(secret) and SignatureVerifier(secret).is_valid_request(body, headers)
    except (ValueError, TypeError):
        return False


def _redirect_uri() -> str:
    return f"{config().base_url}/api/slack/callback"
