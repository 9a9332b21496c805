"""The loader that every customer's page carries stays small."""

import gzip
from pathlib import Path


def test_the_loader_is_five_kilobytes_at_most() -> None:
    assert len(gzip.compress(Path("assets/widget.js").read_bytes(), 9)) <= 5 * 1024
