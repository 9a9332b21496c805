"""`/healthz` (alive) and `/readyz` (can serve)."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlmodel import Session, text

from handoff_app.db import transact

router = APIRouter()


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz() -> JSONResponse:
    """The database answers too."""
    try:
        await transact(_ping)
    except Exception as error:
        return JSONResponse({"status": "unavailable", "database": type(error).__name__}, 503)
    return JSONResponse({"status": "ok", "database": "ok"})


def _ping(session: Session) -> None:
    session.connection().execute(text("SELECT 1"))
