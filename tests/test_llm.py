"""The model behind its address, and every way in which it can fail; its setting."""

import importlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from handoff_app import config as configuration
from handoff_app import vault
from handoff_app.answering.llm import PATIENCE, Llm, NoAnswer, trial
from handoff_app.config import BadConfig, config
from handoff_app.doctor import _llm as doctor_says
from handoff_app.domain import llm
from handoff_app.domain.models import Setting
from handoff_app.domain.settings import BadValue
from tests.conftest import World
from tests.fake_llm import Act, FakeLlm, body, drops, events, forever, plain, says, stalls, status

ASKED: Any = [{"role": "user", "content": "Hello"}]
BOMB = b"data: " + b"x" * 65536


@pytest.fixture(autouse=True, scope="module")
def loaded() -> None:
    """The SDK takes a second to load: not at the cost of a test's deadline."""
    importlib.import_module("openai")


def reached(fake: FakeLlm, key: str = "sk-1") -> Llm:
    return Llm(fake.url, key, "small", trusted=True)


@pytest.mark.parametrize(
    "act",
    [
        says("Hello, Vera."),
        says("Hello, Vera.", size=1),
        plain("Hello, Vera."),
        events(b'data: {"choices":[{"delta":{"content":"Hello, Vera."}}]}\n\ndata: [DONE]\n\n'),
        events(
            b': a comment\n\ndata: {"choices":[]}\n\n', b'data: {"choices":[{"delta":{"content":"Hello, Vera."}}]}\n\n'
        ),
    ],
    ids=["stream", "letter by letter", "not streamed", "no finish reason", "comments and empty chunks"],
)
async def test_a_reply_is_read_however_it_comes(database: None, act: Act) -> None:
    fake = FakeLlm(act)
    assert await reached(fake).reply(ASKED, 10) == "Hello, Vera."
    (request,) = fake.got
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == "Bearer sk-1"
    assert request.json == {"model": "small", "messages": ASKED, "stream": True}


async def test_whoever_listens_hears_it_grow(database: None) -> None:
    heard: list[str] = []

    async def hear(text: str) -> None:
        heard.append(text)

    await reached(FakeLlm(says("one two three", size=4))).reply(ASKED, 10, hear)
    assert heard == ["one ", "one two ", "one two thre", "one two three"]


@pytest.mark.parametrize(
    ("act", "words", "asked"),
    [
        (status(400), "answered 400", 1),
        (status(401), "refused the API key (401)", 1),
        (status(403), "refused the API key (403)", 1),
        (status(404), "is not known at this address (404)", 1),
        (status(429), "is asked too often", 2),
        (status(429, Retry_After="1"), "is asked too often", 2),
        (status(429, Retry_After="60"), "is asked too often", 1),
        (status(500), "answered 500", 2),
        (status(503), "answered 503", 2),
        (status(302, Location="http://127.0.0.1:1/"), "answered 302", 1),
        (body(b"<html>", kind="text/html"), "answered nothing", 2),
        (body(b"{", kind="application/json"), "no chat completion", 2),
        (body(b'{"choices": []}'), "no chat completion", 2),
        (body(b'{"choices": 7}'), "no chat completion", 2),
        (plain(None), "answered nothing", 2),
        (says("  \n "), "answered nothing", 2),
        (events(b"data: rubbish\n\n"), "no chat completion", 2),
        (events(b'data: {"choices": 7}\n\n'), "no chat completion", 2),
        (events(b'data: {"choices":[{"delta":{"content":[7]}}]}\n\n'), "no chat completion", 2),
        (events(b'data: {"error": {"message": "sk-canary"}}\n\n'), "could not be reached, or broke off", 2),
        (events(b"data: \xff\xfe\n\n"), "no chat completion", 2),
        (drops("Half of a sen"), "could not be reached, or broke off", 2),
        (forever(BOMB), "could not be reached, or broke off", 2),
        (body(BOMB * 80), "could not be reached, or broke off", 2),
        (body(b"\x1f\x8b\x08" + b"0" * 100, headers={"Content-Encoding": "gzip"}), "no chat completion", 2),
    ],
)  # fmt: skip
async def test_every_failure_is_told_in_a_sentence_and_tried_again_once_if_that_may_help(
    database: None, act: Act, words: str, asked: int
) -> None:
    fake = FakeLlm(act)
    with pytest.raises(NoAnswer) as failed:
        await reached(fake).reply(ASKED, 20)
    assert words in str(failed.value)
    assert "sk-" not in str(failed.value)
    assert len(fake.got) == asked


@pytest.mark.parametrize("act", [stalls(), stalls("Half of a sen"), says("late", before=60)])
async def test_a_model_that_hangs_is_given_its_seconds_and_no_more(database: None, act: Act) -> None:
    fake = FakeLlm(act)
    with pytest.raises(NoAnswer, match="did not answer in time"):
        await reached(fake).reply(ASKED, 0.5)
    assert len(fake.got) == 1


async def test_a_model_that_only_fails_is_left_alone_for_a_while(
    database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeLlm(status(401))
    model = reached(fake)
    for _ in range(PATIENCE):
        with pytest.raises(NoAnswer, match="refused the API key"):
            await model.reply(ASKED, 10)
    with pytest.raises(NoAnswer, match="is left alone"):
        await model.reply(ASKED, 10)
    assert len(fake.got) == PATIENCE
    fake.acts = [says("Back again.")]
    monkeypatch.setattr("handoff_app.answering.llm.REST_SECONDS", 0.0)
    assert await model.reply(ASKED, 10) == "Back again."
    monkeypatch.undo()
    assert await model.reply(ASKED, 10) == "Back again."


@pytest.mark.parametrize("first", [status(500), status(429), drops("Half"), body(b"{")])
async def test_the_second_try_may_do_it(database: None, first: Act) -> None:
    assert await reached(FakeLlm(first, says("Well then."))).reply(ASKED, 10) == "Well then."


async def test_a_private_address_that_somebody_typed_is_never_asked(database: None) -> None:
    fake = FakeLlm(says("Hello"))
    for url in (fake.url, fake.url.replace("127.0.0.1", "localhost"), "http://127.0.0.1/v1"):
        with pytest.raises(NoAnswer, match="was not asked: "):
            await Llm(url, "", "small").reply(ASKED, 5)
    assert fake.got == []


async def test_a_name_that_leads_to_a_private_address_is_not_asked(
    database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def resolved(host: str, port: int) -> list[str]:
        return ["10.0.0.1"]

    monkeypatch.setattr("handoff_app.net._resolve", resolved)
    with pytest.raises(NoAnswer, match="This address is private"):
        await Llm("http://llm.acme.example/v1", "", "small").reply(ASKED, 5)


async def test_a_trial_says_which_model_and_how_long(database: None) -> None:
    assert (await trial(reached(FakeLlm(says("ready"))))).startswith("small answered in ")


def test_without_a_model_its_sdk_is_not_loaded() -> None:
    code = "import sys, handoff_app.handoff_app, handoff_app.doctor; sys.exit('openai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


GOOD = llm.Llm("https://api.example.com/v1", "small", enabled=True)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": ""}, "url"),
        ({"url": "api.example.com"}, "url"),
        ({"url": "ftp://api.example.com"}, "url"),
        ({"model": " "}, "model"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": 121}, "timeout"),
        ({"most_answers": 0}, "most_answers"),
        ({"most_answers": 1001}, "most_answers"),
    ],
)
def test_a_bad_value_names_its_field_and_saves_nothing(world: World, change: dict[str, Any], field: str) -> None:
    with pytest.raises(BadValue) as refused:
        world.do(llm.save, replace(GOOD, **change))
    assert refused.value.field == field
    assert world.do(llm.known) == llm.Llm()


def test_the_key_is_sealed_and_stays_until_another_is_typed(world: World) -> None:
    assert world.do(llm.access) is None
    saved = world.do(llm.save, GOOD, "sk-1")
    assert (saved.in_use, saved.has_key) == (True, True)
    assert "sk-1" not in str(world.do(lambda s: [row.value for row in s.exec(select(Setting))]))
    world.do(llm.save, GOOD)
    assert world.do(llm.access) == llm.Access("https://api.example.com/v1", "sk-1", "small", 20, trusted=False)
    assert not world.do(llm.save, GOOD, "").has_key


def test_a_key_that_no_request_can_carry_is_refused(world: World) -> None:
    with pytest.raises(BadValue, match="plain letters") as refused:
        world.do(llm.save, GOOD, "sk\u20131")
    assert refused.value.field == "key"


def test_the_key_goes_to_no_other_address(world: World) -> None:
    world.do(llm.save, GOOD, "sk-1")
    with pytest.raises(BadValue, match="another address"):
        world.do(llm.check, llm.Llm("https://evil.example/v1", "small"))
    assert world.do(llm.check, llm.Llm("https://api.example.com/v2", "small")).key == "sk-1"


def test_a_key_that_cannot_be_opened_stops_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.do(llm.save, GOOD, "sk-1")
    monkeypatch.setenv("HANDOFF_SECRET_KEY", "another key of at least 32 characters")
    config.cache_clear()
    vault._keys.cache_clear()
    assert world.do(llm.access).key == ""


def test_an_address_with_the_path_of_the_call_is_understood(world: World) -> None:
    world.do(llm.save, llm.Llm("https://api.example.com/v1/chat/completions/", "small", enabled=True))
    assert world.do(llm.access).url == "https://api.example.com/v1"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, world: World) -> Callable[[str], None]:
    def set(url: str) -> None:
        for name, value in (("URL", url), ("MODEL", "large"), ("API_KEY", "sk-env")):
            monkeypatch.setenv(f"HANDOFF_LLM_{name}", value)
        config.cache_clear()

    return set


def test_the_environment_goes_before_what_was_typed(world: World, environment: Callable[[str], None]) -> None:
    world.do(llm.save, GOOD, "sk-1")
    environment("http://127.0.0.1:11434/v1")
    assert world.do(llm.access) == llm.Access("http://127.0.0.1:11434/v1", "sk-env", "large", 20, trusted=True)
    off = world.do(llm.save, llm.Llm(timeout=5, enabled=False))
    assert (off.model, off.timeout, off.in_use) == ("large", 5, False)


def test_half_an_environment_stops_the_start() -> None:
    with pytest.raises(BadConfig, match="HANDOFF_LLM_MODEL"):
        configuration.read({"HANDOFF_LLM_URL": "http://localhost:11434/v1", "HANDOFF_DATA_DIR": "/tmp"})


async def test_the_doctor_asks_it(world: World, environment: Callable[[str], None]) -> None:
    assert (await doctor_says()).startswith("not configured")
    environment(FakeLlm(says("ready")).url)
    assert (await doctor_says()).startswith("ok (large answered in ")
    environment(FakeLlm(status(401)).url)
    with pytest.raises(RuntimeError, match="refused the API key"):
        await doctor_says()
