"""How long until it serves: a fresh clone by `make run`, and a second start with nothing changed."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from bench.measure import free_port

ROOT = Path(__file__).parent.parent


def measure() -> dict[str, float]:
    """Seconds to `/healthz`, of the committed tree."""
    folder = Path(tempfile.mkdtemp())
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder / "handoff")], check=True)
    try:
        return {"cold_start_s": _start(folder / "handoff"), "second_start_s": _start(folder / "handoff")}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path) -> float:
    port = free_port()
    env = {k: v for k, v in os.environ.items() if not k.startswith(("HANDOFF_", "VIRTUAL_ENV", "REFLEX_"))}
    started = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"],
        cwd=folder,
        env=env | {"HANDOFF_PORT": str(port)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    direct = build_opener(ProxyHandler({}))
    try:
        while time.monotonic() - started < 600:
            try:
                direct.open(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
                return time.monotonic() - started
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("it did not start within ten minutes")
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
