"""`handoff doctor`: one line for each thing that is configured; 1 if one of them fails."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import aiosmtplib
from slack_sdk.errors import SlackApiError
from slack_sdk.web import WebClient
from sqlmodel import Session, text

from handoff_app import net
from handoff_app.answering.llm import Llm, NoAnswer, trial
from handoff_app.channels.email import server_options
from handoff_app.config import config
from handoff_app.db import engine, transact
from handoff_app.domain import endpoints, llm, mail_server, slack_team


def report() -> int:
    """Print the lines; what is not configured does not count as a failure."""
    return asyncio.run(_report())


async def _report() -> int:
    checks: list[tuple[str, Callable[[], Awaitable[str]]]] = [
        ("database", _database),
        ("mail server", _mail),
        ("Slack", _slack),
        ("webhook", _webhook),
        ("LLM", _llm),
    ]
    bad = 0
    for name, check in checks:
        try:
            said = await check()
        except Exception as error:
            bad, said = 1, f"FAILS: {str(error)[:200] or type(error).__name__}"
        print(f"{name:12} {said}")
    return bad


async def _database() -> str:
    await transact(_select_one)
    return f"ok ({engine().dialect.name})"


async def _mail() -> str:
    url = (await transact(mail_server.credentials))["smtp_url"]
    if not url:
        return f"not configured: mail is written to {config().data_dir / 'mail'}"
    options = server_options(url)
    client = aiosmtplib.SMTP(**options)
    async with client:
        await client.noop()
    return f"ok ({options['hostname']}:{options['port']})"


async def _slack() -> str:
    token = await transact(slack_team.token)
    if not token:
        return "not configured"
    try:
        client = WebClient(token=token, base_url=config().slack_api_url, timeout=10)
        answer = await asyncio.to_thread(client.auth_test)
    except SlackApiError as error:
        raise RuntimeError(f"Slack answered {error.response.get('error')}") from error
    return f"ok ({answer.get('team')})"


async def _webhook() -> str:
    """Each endpoint is reached, and told nothing: what it makes of a notice, a test from the settings shows."""
    urls, off = await transact(_called)
    bad = [f"{urlsplit(url).hostname}: switched off, it {why}" for url, why in off]
    for url in urls:
        try:
            await net.reach(url)
        except net.Refused as error:
            bad.append(f"{urlsplit(url).hostname}: {error}")
        except Exception as error:
            bad.append(f"{urlsplit(url).hostname}: {net.trouble(error)}")
    if bad:
        raise RuntimeError("; ".join(bad))
    return f"ok ({', '.join(str(urlsplit(url).hostname) for url in urls)})" if urls else "not configured"


async def _llm() -> str:
    saved = await transact(llm.known)
    if not saved.in_use:
        return "switched off" if saved.url and saved.model else "not configured: the built-in AI answers"
    access = await transact(llm.access)
    assert access is not None
    model = Llm(access.url, access.key, access.model, access.trusted)
    try:
        return f"ok ({await trial(model)})"
    except NoAnswer as error:
        raise RuntimeError(f"the model {error}") from error
    finally:
        await model.close()


def _called(session: Session) -> tuple[list[str], list[tuple[str, str]]]:
    """The addresses that are told, and those that were switched off, with why."""
    wanted = [endpoint for endpoint in endpoints.every(session) if not endpoint.paused]
    off = [(e.url, e.disabled_why.removeprefix("It ").rstrip(".")) for e in wanted if e.disabled_at]
    return [e.url for e in wanted if e.disabled_at is None], off


def _select_one(session: Session) -> None:
    session.connection().execute(text("SELECT 1"))
