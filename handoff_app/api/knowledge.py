"""Articles as files, in and out: for admins alone, from their own pages."""

import asyncio
from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session
from starlette.datastructures import UploadFile

from handoff_app.access import sessions
from handoff_app.api.auth import same_origin
from handoff_app.api.problems import problem
from handoff_app.db import read, transact
from handoff_app.domain import exchange, knowledge, settings
from handoff_app.domain.knowledge import Draft
from handoff_app.reading import documents

MOST_FILES: Final = 20
MOST_BYTES: Final = 10 * 1024 * 1024
_KINDS: Final = {
    "csv": (exchange.as_csv, "text/csv; charset=utf-8"),
    "jsonl": (exchange.as_jsonl, "application/jsonl; charset=utf-8"),
}

router = APIRouter(prefix="/api/knowledge", include_in_schema=False)


@router.post("/upload")
async def upload(request: Request) -> JSONResponse:
    """Documents become articles, tables of articles are brought in; each file counts for itself."""
    refused = await _refused(request)
    if refused:
        return refused
    if int(request.headers.get("content-length") or 0) > MOST_FILES * MOST_BYTES:
        return problem(413, f"{MOST_FILES} files of 10 MB are the most at once.", "file")
    async with request.form(max_files=MOST_FILES, max_fields=1) as form:
        files = [file for file in form.getlist("file") if isinstance(file, UploadFile)]
        done, said = 0, []
        for file in files:
            try:
                done += await _bring_in((file.filename or "file")[:200], await file.read(MOST_BYTES + 1))
            except (settings.BadValue, documents.Unreadable) as error:
                said.append(str(error))
    if said and not done:
        return problem(422, " ".join(said), "file")
    return JSONResponse({"articles": done, "detail": " ".join(said)})


@router.get("/export.{kind}")
async def export(request: Request, kind: str) -> Response:
    """All articles as one file."""
    refused = await _refused(request)
    if refused or kind not in _KINDS:
        return refused or problem(404, "Export as csv or jsonl.")
    written, media = _KINDS[kind]
    name = {"Content-Disposition": f'attachment; filename="articles.{kind}"', "Cache-Control": "no-store"}
    return Response(written(await read(knowledge.every)), media_type=media, headers=name)


async def _refused(request: Request) -> JSONResponse | None:
    person = await sessions.who(sessions.token_of(request.headers))
    if person is None or not same_origin(request):
        return problem(401, "Sign in first.")
    return None if person.is_admin else problem(403, "This is for admins only.")


async def _bring_in(name: str, content: bytes) -> int:
    """How many articles came of it. Raises `BadValue` or `Unreadable`, with a sentence that names the file."""
    if len(content) > MOST_BYTES:
        raise settings.BadValue("file", f"{name} is larger than 10 MB.")
    if name.lower().endswith((".csv", ".jsonl")):
        return await _keep_all(await asyncio.to_thread(exchange.read, name, content))
    document = await asyncio.to_thread(documents.read, name, content)
    await transact(_keep, name, document.title, document.text)
    return 1


async def _keep_all(rows: Sequence[exchange.Row]) -> int:
    """Some at a time: whoever writes in a chat meanwhile is let in between."""
    kept: set[str] = set()
    for start in range(0, len(rows), exchange.TOGETHER):
        kept |= await transact(exchange.keep, rows[start : start + exchange.TOGETHER], kept)
    return len(rows)


def _keep(session: Session, name: str, title: str, text: str) -> None:
    """A file that is uploaded again replaces what came of it before."""
    before = knowledge.of_file(session, name)
    draft = Draft(before.id if before else "", title, text, "\n".join(before.phrasings) if before else "")
    knowledge.save(session, draft, file=name)
