"""Bells: who watches looks at least once after the last of them, even if a look fails."""

import asyncio

from handoff_app import live


class Watcher:
    """Looks, and fails as often as it is told to."""

    def __init__(self, failures: int) -> None:
        self.failures, self.tries, self.looked = failures, 0, asyncio.Event()

    async def refresh(self) -> None:
        self.tries += 1
        if self.tries <= self.failures:
            raise OSError("the database is away")
        self.looked.set()


async def test_a_look_that_fails_is_repeated() -> None:
    hub, vera = live.Hub(), Watcher(failures=2)
    hub.watch("vera", ["chat"], vera.refresh, pause=0)
    hub.ring(["chat"])
    async with asyncio.timeout(20):
        await vera.looked.wait()
    assert vera.tries == 3


async def test_after_three_failures_it_waits_for_the_next_bell_and_is_not_forgotten() -> None:
    hub, vera = live.Hub(), Watcher(failures=live.TRIES)
    hub.watch("vera", ["chat"], vera.refresh, pause=0)
    hub.ring(["chat"])
    async with asyncio.timeout(20):
        while (task := hub._watches["vera"].task) is not None:
            await asyncio.wait([task])
    assert (vera.tries, hub.names()) == (live.TRIES, ["vera"])
    hub.ring(["chat"])
    async with asyncio.timeout(20):
        await vera.looked.wait()
