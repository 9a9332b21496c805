"""`/healthz` (alive) and `/readyz` (can serve)."""

from functools import cache
from time import monotonic
from typing import Final

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlmodel import Session, text

from handoff_app import live, migrations
from handoff_app.db import read

router = APIRouter()

STALE_SECONDS: Final = 30.0
"""The worker looks once a second; after so long without a look it hangs."""


@router.api_route("/healthz", methods=["GET", "HEAD"])
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.api_route("/readyz", methods=["GET", "HEAD"])
async def readyz() -> JSONResponse:
    """The database answers, in the newest version, and the worker is at work."""
    try:
        version = await read(_version)
    except Exception as error:
        return JSONResponse({"status": "unavailable", "database": type(error).__name__}, 503)
    found = {
        "database": "ok",
        "migrations": "ok" if version == _newest() else f"at {version}, not at {_newest()}",
        "workers": "ok" if monotonic() - live.hub.worked_at < STALE_SECONDS else "not at work",
    }
    ready = set(found.values()) == {"ok"}
    return JSONResponse({"status": "ok" if ready else "unavailable"} | found, 200 if ready else 503)


def _version(session: Session) -> str:
    return str(session.connection().execute(text("SELECT version_num FROM alembic_version")).scalar_one())


_newest: Final = cache(migrations.newest)
