"""The real server in a process of its own, as `make run` starts it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

ROOT = Path(__file__).parent.parent
ADA = ("ada@acme.example", "correct horse battery")
GRACE = ("grace@acme.example", "grace has a password")


class Server:
    """`handoff run` over a data directory; can be killed and started again."""

    def __init__(self, data: Path, port: int, **env: str) -> None:
        self.url = f"http://localhost:{port}"
        self._port, self._data = port, data
        self._env = {k: v for k, v in os.environ.items() if not k.startswith(("HANDOFF_", "REFLEX_"))}
        self._env |= {
            "HANDOFF_DATA_DIR": str(data),
            "HANDOFF_PORT": str(port),
            "HANDOFF_ADMIN_EMAIL": ADA[0],
            "HANDOFF_ADMIN_PASSWORD": ADA[1],
            "HANDOFF_ALLOW_PRIVATE_URLS": "1",
        } | env
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Server":
        self._data.mkdir(parents=True, exist_ok=True)
        log = (self._data / "server.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "handoff_app"],
            cwd=ROOT,
            env=self._env,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        self._wait()
        return self

    @property
    def data(self) -> Path:
        """Its data directory."""
        return self._data

    def run(self, *arguments: str, typed: str = "") -> str:
        """Another command of `handoff` over the same data."""
        done = subprocess.run(
            [sys.executable, "-m", "handoff_app", *arguments],
            cwd=ROOT,
            env=self._env,
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.stdout + done.stderr

    @property
    def log(self) -> str:
        return (self._data / "server.log").read_text()

    def kill(self) -> None:
        """As a power cut would: every process of it, at once."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> float:
        """SIGTERM; returns how many seconds it took."""
        assert self._process is not None
        started = time.monotonic()
        self._process.terminate()
        self._process.wait(20)
        return time.monotonic() - started

    def _wait(self) -> None:
        direct = build_opener(ProxyHandler({}))
        end = time.monotonic() + 300
        while time.monotonic() < end:
            assert self._process is not None
            assert self._process.poll() is None, self.log[-3000:]
            try:
                direct.open(f"http://127.0.0.1:{self._port}/readyz", timeout=2).close()
                return
            except (URLError, OSError):
                time.sleep(0.1)
        raise AssertionError(f"the server did not start:\n{self.log[-3000:]}")
