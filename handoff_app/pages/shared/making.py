"""What takes a while to make is made beside the pages, once for all tabs, and a bell rings when it is there."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Final, TypeVar

from handoff_app import live

log = logging.getLogger(__name__)

T = TypeVar("T")
REMEMBERED: Final = 1_000


class Making:
    """Remembers what was made in this process, the latest `REMEMBERED` of it."""

    def __init__(self) -> None:
        self._made: OrderedDict[Hashable, Any] = OrderedDict()
        self._under_way: dict[Hashable, asyncio.Task[None]] = {}

    def of(self, key: Hashable, topic: str, make: Callable[[], Coroutine[Any, Any, T]]) -> T | None:
        """What was made under this key. None: it is being made, and `topic` rings; or it failed, until `forget`."""
        if key in self._made:
            self._made.move_to_end(key)
        elif key not in self._under_way:
            self._under_way[key] = asyncio.get_running_loop().create_task(self._make(key, topic, make()))
        return self._made.get(key)

    def forget(self, key: Hashable) -> None:
        """Make it anew when it is asked for again."""
        self._made.pop(key, None)

    async def _make(self, key: Hashable, topic: str, making: Coroutine[Any, Any, Any]) -> None:
        try:
            self._made[key] = await making
        except Exception:
            log.exception("help for agents could not be made")
            self._made[key] = None
        finally:
            del self._under_way[key]
        while len(self._made) > REMEMBERED:
            self._made.popitem(last=False)
        live.hub.ring([topic])


making = Making()
"""This process's."""
