"""What several benches need: percentiles, a process's CPU seconds, a free port."""

import os
import socket
import statistics
from collections.abc import Sequence
from pathlib import Path


def percentile(values: Sequence[float], share: float) -> float:
    """In milliseconds, from seconds."""
    return 1000 * statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]


def cpu_seconds(group: int) -> float:
    """User and system seconds of every process of a process group, so far (Linux)."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
