"""What several benches need: percentiles, a process's CPU seconds and memory, a free port."""

import os
import socket
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path


def percentile(values: Sequence[float], share: float) -> float:
    """In milliseconds, from seconds."""
    return 1000 * statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]


def cpu_seconds(group: int) -> float:
    """User and system seconds of every process of a process group, so far (Linux)."""
    return sum(int(fields[11]) + int(fields[12]) for _, fields in _processes(group)) / os.sysconf("SC_CLK_TCK")


def megabytes(group: int, kind: str) -> float:
    """Memory of every process of a process group, added up (Linux).

    `Pss` is what is held now, where a page that processes share counts once; `VmHWM` the most that each had resident.
    """
    file = "smaps_rollup" if kind == "Pss" else "status"
    told = [(process / file).read_text() for process, _ in _processes(group)]
    return (
        sum(int(line.split()[1]) for text in told for line in text.splitlines() if line.startswith(f"{kind}:")) / 1024
    )


def _processes(group: int) -> Iterator[tuple[Path, list[str]]]:
    """The folder of each process of the group, and the fields of its `stat` that follow the name."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            yield stat.parent, fields


def free_port() -> int:
    """A port that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
