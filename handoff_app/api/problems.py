"""Problem JSON (RFC 9457) for every API call that is refused, also by what nobody wrote a handler for."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

nowhere = APIRouter()


def problem(status: int, detail: str, field: str = "") -> JSONResponse:
    """The answer; `field` names the form's field that must change."""
    body: dict[str, Any] = {"type": "about:blank", "title": "Refused", "status": status, "detail": detail}
    if field:
        body["field"] = field
    return JSONResponse(body, status, media_type="application/problem+json")


def explain(api: FastAPI) -> None:
    """Say what is wrong with a body that a call cannot read."""

    @api.exception_handler(RequestValidationError)
    async def unreadable(_: Request, error: RequestValidationError) -> JSONResponse:
        where = [str(part) for part in error.errors()[0]["loc"] if part != "body"]
        if not where or not where[-1].isidentifier():
            return problem(422, "Send a JSON object.")
        return problem(422, f"{where[-1]}: {error.errors()[0]['msg']}.", where[-1])


@nowhere.api_route(
    "/api/{path:path}", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False
)
async def not_found(path: str, request: Request) -> JSONResponse:
    """The last of the routes."""
    return problem(404, f"There is nothing to {request.method} at /api/{path}.")
