"""What takes a while is made once, and whoever looks again after the bell finds it."""

import asyncio

from handoff_app import live
from handoff_app.pages.shared.making import Making


async def rung(topic: str) -> asyncio.Event:
    """Set when the topic rings."""
    heard = asyncio.Event()

    async def hear() -> None:
        heard.set()

    live.hub.watch(f"test:{topic}", [topic], hear)
    return heard


async def test_it_is_made_once_and_rings() -> None:
    making, bell, made = Making(), await rung("once"), []

    async def make() -> str:
        made.append(1)
        return "there"

    assert making.of("a", "once", make) is None
    assert making.of("a", "once", make) is None
    await bell.wait()
    assert making.of("a", "once", make) == "there"
    assert made == [1]


async def test_what_failed_is_not_tried_again_until_it_is_forgotten() -> None:
    making, bell, tries = Making(), await rung("failed"), []

    async def make() -> str:
        tries.append(1)
        raise RuntimeError("no")

    making.of("a", "failed", make)
    await bell.wait()
    assert making.of("a", "failed", make) is None
    assert tries == [1]
    bell.clear()
    making.forget("a")
    making.of("a", "failed", make)
    await bell.wait()
    assert tries == [1, 1]
