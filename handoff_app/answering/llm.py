"""A language model behind any OpenAI-compatible address: words in, words out. Knows nothing of passages or visitors."""

import asyncio
import importlib
import json
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Any, Final, TypedDict

import httpx

from handoff_app import net

MOST_CHARACTERS: Final = 32_000
"""Of a reply, with what a reasoning model thinks aloud before it; more is not read."""
MOST_AT_ONCE: Final = 16
RETRY_SECONDS: Final = 0.5
LONGEST_RETRY_SECONDS: Final = 3.0
TRIAL_SECONDS: Final = 20.0
PATIENCE: Final = 3
REST_SECONDS: Final = 60.0
"""After so many failures in a row a model is left alone for so long: its visitors would all wait in vain."""

Heard = Callable[[str], Awaitable[None]]


class Message(TypedDict):
    """One message of the prompt; `role` is `system`, `user` or `assistant`."""

    role: str
    content: str


class NoAnswer(RuntimeError):
    """The model gave nothing that can be used; the message is what an admin reads, after "The model".

    `wait` is the pause in seconds before it may be asked again, or None if that is of no use.
    """

    def __init__(self, message: str, wait: float | None = RETRY_SECONDS) -> None:
        super().__init__(message)
        self.wait = wait


class Llm:
    """One model at one address. The SDK is imported at the first question, so that nobody else pays for it.

    An address that somebody typed is reached through `net` as any other; `trusted` says that it is the operator's own.
    """

    def __init__(self, url: str, key: str, model: str, trusted: bool = False) -> None:
        self.model = model
        self._url, self._key, self._trusted = url, key, trusted
        self._free = asyncio.Semaphore(MOST_AT_ONCE)
        self._client: Any = None
        self._failures, self._failed_at = 0, 0.0

    async def reply(self, messages: Sequence[Message], seconds: float, heard: Heard | None = None) -> str:
        """The whole reply within `seconds`, asked for twice at most. Raises `NoAnswer`, at once while the model rests.

        `heard` is told the text so far; after a first try that broke off it begins anew.
        """
        if self._failures >= PATIENCE and monotonic() < self._failed_at + REST_SECONDS:
            raise NoAnswer(f"failed {self._failures} times in a row and is left alone for a minute", wait=None)
        try:
            said = await self._twice(messages, seconds, heard)
        except NoAnswer:
            self._failures, self._failed_at = self._failures + 1, monotonic()
            raise
        self._failures = 0
        return said

    async def _twice(self, messages: Sequence[Message], seconds: float, heard: Heard | None) -> str:
        try:
            async with asyncio.timeout(seconds), self._free:
                try:
                    return await self._once(messages, heard)
                except NoAnswer as error:
                    if error.wait is None:
                        raise
                    await asyncio.sleep(error.wait)
                    return await self._once(messages, heard)
        except TimeoutError as error:
            raise NoAnswer("did not answer in time") from error

    async def close(self) -> None:
        """Let its connections go."""
        if self._client is not None:
            await self._client.close()

    async def _once(self, messages: Sequence[Message], heard: Heard | None) -> str:
        openai = await sdk()
        try:
            response = await self._ask(openai, messages)
            try:
                text = await _read(response, heard)
            finally:
                await response.http_response.aclose()
        except net.Refused as error:
            raise NoAnswer(f"was not asked: {error}", wait=None) from error
        except openai.APIStatusError as error:
            raise _refusal(error) from error
        except openai.APITimeoutError as error:
            raise NoAnswer("did not answer in time") from error
        except (openai.APIError, httpx.HTTPError) as error:
            raise _unreached(error) from error
        except NoAnswer:
            raise
        except Exception as error:  # whatever a stranger's answer makes a parser stumble over
            raise NoAnswer("answered something that is no chat completion") from error
        if not text.strip():
            raise NoAnswer("answered nothing")
        return text

    async def _ask(self, openai: Any, messages: Sequence[Message]) -> Any:
        """The response with its head read. No temperature and no limit: some models refuse a request that sets them."""
        if not self._trusted:
            net.check_url(self._url)
        if self._client is None:
            self._client = openai.AsyncOpenAI(
                base_url=self._url,
                api_key=self._key or "none",
                http_client=net.client(self._trusted),
                max_retries=0,
            )
        return await self._client.chat.completions.with_raw_response.create(
            model=self.model, messages=list(messages), stream=True
        )


async def sdk() -> Any:
    """The SDK. Its import takes a second: in a thread, so that nobody else waits."""
    return await asyncio.to_thread(importlib.import_module, "openai")


async def trial(llm: Llm, seconds: float = TRIAL_SECONDS) -> str:
    """Ask for a word; which model answered and how long it took. Raises `NoAnswer`."""
    started = monotonic()
    await llm.reply([{"role": "user", "content": "Reply with the one word: ready"}], seconds)
    return f"{llm.model} answered in {(monotonic() - started) * 1000:.0f} ms"


async def _read(response: Any, heard: Heard | None) -> str:
    """The text of a stream, or of the plain JSON with which some servers answer all the same."""
    if "json" in response.headers.get("content-type", ""):
        choice = json.loads(await response.http_response.aread())["choices"][0]
        if choice.get("finish_reason") == "length":
            raise NoAnswer("broke off in the middle of its answer", wait=None)
        return _joined(choice["message"]["content"])[:MOST_CHARACTERS]
    text = ""
    async for chunk in response.parse():
        choice = chunk.choices[0] if chunk.choices else None
        piece = (choice.delta.content or "") if choice else ""
        text += piece
        if piece and heard:
            await heard(text)
        if choice and choice.finish_reason == "length":
            raise NoAnswer("broke off in the middle of its answer", wait=None)
        if (choice and choice.finish_reason) or len(text) > MOST_CHARACTERS:
            break
    return text[:MOST_CHARACTERS]


def _joined(content: Any) -> str:
    """A text, or the list of its parts in which some servers hand it out."""
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    return str(content or "")


def _refusal(error: Any) -> NoAnswer:
    """By the status alone: the other side's own words are not shown."""
    status = int(error.status_code)
    if status in (401, 403):
        return NoAnswer(f"refused the API key ({status})", wait=None)
    if status == 404:
        return NoAnswer("is not known at this address (404)", wait=None)
    if status == 429:
        return NoAnswer("is asked too often, or its credit is used up (429)", _pause(error.response.headers))
    return NoAnswer(f"answered {status}", RETRY_SECONDS if status >= 500 or status in (408, 409) else None)


def _pause(headers: Any) -> float | None:
    """What `Retry-After` asks for in seconds, if a visitor can wait so long."""
    asked = str(headers.get("retry-after", ""))
    seconds = float(asked) if asked.isdecimal() else RETRY_SECONDS
    return seconds if seconds <= LONGEST_RETRY_SECONDS else None


def _unreached(error: BaseException) -> NoAnswer:
    """A name that led to a private address lies beneath the SDK's own error."""
    cause = error.__cause__
    if isinstance(cause, net.Refused):
        return NoAnswer(f"was not asked: {cause}", wait=None)
    return NoAnswer("could not be reached, or broke off")
