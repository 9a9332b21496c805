"""The disk is full before a visitor comes: the chat opens by itself once there is room."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fake_world import _free_port
from tests.serving import Server
from tests.trips.client import Tab, visitor


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Over a data directory of 16 MB; only root may make one."""
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", tmp_path]).returncode:
        pytest.skip("only root may mount a small file system")
    made = Server(tmp_path, _free_port()).start()
    yield made
    made.stop()
    subprocess.run(["umount", "-l", tmp_path], check=True)


def fill(file: Path) -> None:
    """To the last byte."""
    with file.open("ab", buffering=0) as filler:
        for size in (65_536, 512, 1):
            try:
                while True:
                    filler.write(b"x" * size)
            except OSError:
                continue


async def test_a_chat_that_could_not_open_opens_by_itself(server: Server) -> None:
    fill(server.data / "filler")
    waiting = await none_opens(server.url)
    said = server.log
    (server.data / "filler").unlink()
    await waiting.until(lambda v: v.get("widget_state.conversation"))
    assert "Traceback" not in said
    await waiting.close()


async def none_opens(url: str) -> Tab:
    """A tab that waits for its chat: the database's log may have room for some before it."""
    while True:
        tab = await visitor(url, seconds=0)
        try:
            await tab.until(lambda v: v.get("widget_state.conversation"), seconds=1.5)
        except TimeoutError:
            return tab
        await tab.close()
