"""What runs beside the loops, each in its own task: one that hangs delays no other."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

running: set[asyncio.Task[None]] = set()


def start(work: Iterable[Coroutine[Any, Any, None]]) -> list["asyncio.Task[None]"]:
    """Run side by side; the loop's own reference to a task is weak, so ours is kept until it ends."""
    tasks = [asyncio.get_running_loop().create_task(coroutine) for coroutine in work]
    for task in tasks:
        running.add(task)
        task.add_done_callback(running.discard)
    return tasks


async def finish(seconds: float = 8.0) -> None:
    """Wait for what is under way, at most so long."""
    if running:
        await asyncio.wait(running, timeout=seconds)
