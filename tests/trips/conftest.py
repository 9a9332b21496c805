"""One server for all trips."""

from collections.abc import Iterator

import pytest

from tests.fake_world import _free_port
from tests.serving import GRACE, Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("trips"), _free_port(), HANDOFF_TRUSTED_PROXY_HOPS="1").start()
    made.run("user", "add", GRACE[0], "--name", "Grace", "--password-stdin", typed=f"{GRACE[1]}\n")
    yield made
    assert made.stop() < 10
