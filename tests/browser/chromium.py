"""A Chromium to test with: one that is there, else Playwright's, else Debian's."""

import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str:
    """The path of a browser; gets one if the machine has none."""
    return _found() or _from_playwright() or _from_debian() or _none()


def _found() -> str | None:
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def _from_playwright() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    if not Path(path).exists():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False, timeout=300)
    return path if Path(path).exists() else None


def _from_debian() -> str | None:
    if shutil.which("apt-get"):
        sudo = ["sudo", "-n"] if shutil.which("sudo") else []
        subprocess.run([*sudo, "apt-get", "update", "-qq"], check=False, timeout=300)
        subprocess.run([*sudo, "apt-get", "install", "-y", "-qq", "chromium"], check=False, timeout=900)
    return _found()


def _none() -> str:
    raise RuntimeError("No Chromium could be found or installed; put one on the path.")


if __name__ == "__main__":
    print(chromium())
