"""The link of a mail that takes a conversation over: done only by a button, so that no link scanner does it."""

from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from handoff_app import vault
from handoff_app.db import read, transact
from handoff_app.domain import conversations, desk, inbox, outbox
from handoff_app.domain.models import Agent, Conversation, Escalation, Visitor

router = APIRouter(prefix="/claim", include_in_schema=False)


@router.get("/{link}")
async def ask(link: str) -> Response:
    """Who waits, and the button. Changes nothing."""
    found = vault.unsigned(outbox.CLAIM, link, outbox.CLAIM_SECONDS)
    if found is None:
        return _page("This link is too old", "Open the inbox and take the conversation over there.", _OPEN, 410)
    who = await read(_waiting, *found)
    if who is None:
        return _page("Nobody waits there any more", "Somebody has seen to it.", _OPEN, 410)
    form = '<form method="post"><button class="btn btn-primary w-full" type="submit">Take over</button></form>'
    return _page(
        f"Take over the chat with {who}?", "The AI is silent from then on, and the visitor sees your name.", form
    )


@router.post("/{link}")
async def take_over(link: str) -> Response:
    """One gets it; the other reads who has it."""
    found = vault.unsigned(outbox.CLAIM, link, outbox.CLAIM_SECONDS)
    if found is None:
        return _page("This link is too old", "Open the inbox and take the conversation over there.", _OPEN, 410)
    try:
        await transact(_take_over, *found)
    except desk.AlreadyTaken as error:
        return _page(f"{error.by} has it already", "Nothing is left to do for you.", _OPEN, 409)
    except Closed:
        return _page("Nobody waits there any more", "Somebody has seen to it.", _OPEN, 410)
    except (conversations.NotFound, PermissionError):
        return _page("This link is too old", "Open the inbox and take the conversation over there.", _OPEN, 410)
    return RedirectResponse(f"/inbox/{found[0]}", 303)


_OPEN = '<a class="btn btn-outline w-full" href="/inbox">Open the inbox</a>'


class Closed(Exception):
    """The request is over: the conversation was resolved or handed back."""


def _take_over(session: Session, conversation_id: str, agent_id: str, escalation_id: str) -> None:
    agent = session.get(Agent, agent_id)
    if agent is None or not agent.active:
        raise PermissionError(agent_id)
    conversations.locked(session, conversation_id)
    if _is_over(session, escalation_id):
        raise Closed(escalation_id)
    desk.take_over(session, conversation_id, agent)


def _waiting(session: Session, conversation_id: str, _: str, escalation_id: str) -> str | None:
    """Who waits; None if nobody does any more."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None or _is_over(session, escalation_id):
        return None
    return inbox.visitor_name(session.get_one(Visitor, conversation.visitor_id))


def _is_over(session: Session, escalation_id: str) -> bool:
    escalation = session.get(Escalation, escalation_id)
    return escalation is None or escalation.closed_at is not None


def _page(title: str, sentence: str, action: str, status: int = 200) -> HTMLResponse:
    """`action` is ours; title and sentence are escaped. No referrer: the link stands in the address."""
    body = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="robots" content="noindex">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><main>"
        f"<h1>{escape(title)}</h1><p>{escape(sentence)}</p>{action}</main></body></html>"
    )
    return HTMLResponse(body, status, {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"})


_STYLE = (
    "body{margin:0;min-height:100dvh;display:grid;place-items:center;background:#f3f5f5;color:#1a2123;"
    "font:15px/22px system-ui,sans-serif}main{box-sizing:border-box;width:min(360px,100vw - 40px);padding:24px;"
    "background:#fff;border:1px solid #e3e7e8;border-radius:12px}h1{margin:0;font-size:20px;line-height:28px}"
    "p{margin:4px 0 20px;color:#586468}.btn{box-sizing:border-box;display:block;width:100%;padding:11px;"
    "border:1px solid #0f6a62;border-radius:8px;background:#0f6a62;color:#fff;font:inherit;font-weight:500;"
    "text-align:center;text-decoration:none;cursor:pointer}.btn-outline{background:none;color:#0f6a62}"
    "@media(prefers-color-scheme:dark){body{background:#14191a;color:#e8eded}main{background:#1b2122;"
    "border-color:#2c3436}p{color:#a3b0b3}}"
)
