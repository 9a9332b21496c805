"""Sign-in, sign-out and the first admin: JSON in, an HttpOnly cookie out, problem JSON (RFC 9457) when refused."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlmodel import Session

from handoff_app.access import addresses, limits, passwords, sessions
from handoff_app.api.problems import problem
from handoff_app.config import config
from handoff_app.db import read, transact
from handoff_app.domain import agents, settings
from handoff_app.domain.models import Agent, Role

router = APIRouter(prefix="/api/auth")


class Credentials(BaseModel):
    """What the sign-in form sends."""

    email: str = Field(max_length=320)
    password: str = Field(max_length=10_000)


class FirstAdmin(Credentials):
    """What the setup form sends."""

    token: str = Field(max_length=200)
    name: str = Field(max_length=100)


@router.post("/sign-in")
async def sign_in(request: Request, given: Credentials) -> JSONResponse:
    """Check the password and set the cookie. The same sentence for a wrong address and a wrong password."""
    if not same_origin(request):
        return problem(403, "This form was sent from another site.")
    if not limits.may_try_to_sign_in(_client(request), given.email):
        return problem(429, "Too many tries. Wait a few minutes, then try again.", "password")
    agent = await transact(agents.by_email, given.email)
    hash = agent.password_hash if agent and agent.active else None
    if not await passwords.matches(hash, given.password) or agent is None:
        limits.wrong_try(_client(request), given.email)
        return problem(401, "Email or password is not right.", "password")
    return await _signed_in(agent, request)


@router.post("/sign-out")
async def sign_out(request: Request) -> JSONResponse:
    """Forget this browser."""
    if not same_origin(request):
        return problem(403, "This form was sent from another site.")
    token = sessions.token_of(request.headers)
    if token:
        await transact(agents.sign_out, token)
        sessions.forget(token)
    response = JSONResponse({"next": "/login"})
    response.delete_cookie(sessions.cookie_name(), path="/")
    return response


@router.post("/setup")
async def setup(request: Request, given: FirstAdmin) -> JSONResponse:
    """Create the first admin with the token that was printed at start."""
    if not same_origin(request):
        return problem(403, "This form was sent from another site.")
    if not limits.may_try_to_sign_in(_client(request), "setup"):
        return problem(429, "Too many tries. Wait a few minutes, then try again.", "token")
    try:
        hash = passwords.hashed(given.password)
        agent = await transact(_first_admin, given.token, given.email, given.name, hash)
    except passwords.BadPassword as error:
        return problem(422, str(error), "password")
    except settings.BadValue as error:
        limits.wrong_try(_client(request), "setup")
        return problem(422, str(error), error.field)
    return await _signed_in(agent, request)


async def invite() -> None:
    """While there is no admin, print the link by which the first one is made; the one printed before is void."""
    if not await read(agents.any_admin):
        print(f"Create the first admin: {config().base_url}/setup#{await transact(settings.setup_token)}", flush=True)


async def _signed_in(agent: Agent, request: Request) -> JSONResponse:
    """A new token at every sign-in; whatever cookie came along is forgotten."""
    old = sessions.token_of(request.headers)
    if old:
        await transact(agents.sign_out, old)
        sessions.forget(old)
    token = await transact(agents.sign_in, agent.id)
    response = JSONResponse({"next": "/inbox", "name": agent.name})
    response.set_cookie(
        sessions.cookie_name(),
        token,
        max_age=int(agents.SIGNED_IN_FOR.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=config().secure,
    )
    return response


def _first_admin(session: Session, token: str, email: str, name: str, hash: str) -> Agent:
    if agents.any_admin(session):
        raise settings.BadValue("token", "There is an admin already. Sign in instead.")
    if not settings.spend_setup_token(session, token.strip()):
        raise settings.BadValue("token", "This is not the token. It was printed when Handoff last started.")
    return agents.add(session, email, name, Role.ADMIN, hash)


def same_origin(request: Request) -> bool:
    """Whether this comes from our own pages.

    A browser always says where a POST comes from; a program that says nothing has no cookie to misuse.
    """
    origin = request.headers.get("origin")
    return origin is None or origin in config().origins


def _client(request: Request) -> str:
    return addresses.client(request.client.host if request.client else "", request.headers.get("x-forwarded-for", ""))
