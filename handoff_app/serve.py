"""Serving: pages, websocket and API on one port by Granian, in a process that holds nothing else.

`handoff run` becomes it when all is ready: what migrating had imported, 60 MB, is gone then.
"""

import os
import sys
import threading
import time
from typing import Any, Final, NoReturn
from urllib.request import ProxyHandler, build_opener

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server
from reflex_base.constants import Env
from reflex_base.environment import environment as reflex

from handoff_app.build import ROOT, environment
from handoff_app.config import config

ONE_HEAP: Final = {"MALLOC_ARENA_MAX": "1"}
"""For glibc, which gives threads heaps of their own and holds what each of them needed at its fullest.

In one heap the server takes 346 MB instead of 350 with the sample shop, and 425 instead of 442 with 10,000 passages.
"""


def become() -> NoReturn:
    """This process serves from now on, and does nothing else; its number stays."""
    sys.stdout.flush()
    again = [sys.executable, "-m", __name__]
    os.execve(sys.executable, again, ONE_HEAP | os.environ)  # noqa: S606, the interpreter that runs already


def serve() -> None:
    """Serve until SIGTERM or SIGINT; then what is under way is finished, within ten seconds."""
    config()  # reads .env where it was started
    os.chdir(ROOT)
    os.environ.update(environment())
    reflex.REFLEX_ENV_MODE.set(Env.PROD)
    reflex.REFLEX_SKIP_COMPILE.set(True)
    reflex.REFLEX_MOUNT_FRONTEND_COMPILED_APP.set(True)
    _Front(
        target="handoff_app.handoff_app:app",
        factory=True,
        address=config().host,
        port=config().port,
        interface=Interfaces.ASGI,
        loop=Loops.auto,
        workers=config().workers,
        log_level=LogLevels.warning,
        workers_kill_timeout=9,
        respawn_failed_workers=config().workers > 1,
    ).serve()


class _Front(Server):  # type: ignore[misc, valid-type]
    """Starts the workers, then tells that it serves.

    In that order: who is forked while another thread imports something waits for ever for that import's lock.
    """

    def startup(self, *arguments: Any) -> None:
        super().startup(*arguments)
        threading.Thread(target=_announce, daemon=True).start()


def _announce() -> None:
    """Say that it serves once it does."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(config().host, config().host)
    direct = build_opener(ProxyHandler({}))
    while True:
        try:
            direct.open(f"http://{host}:{config().port}/healthz", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            print(f"Handoff is ready: {config().base_url}", flush=True)
            return


if __name__ == "__main__":
    serve()
