"""`/metrics`: Prometheus text for operators. Counts tell how a business does, so only those inside may read them."""

from collections.abc import Iterator, Mapping
from time import monotonic
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from handoff_app import live
from handoff_app.access import addresses, sessions
from handoff_app.api.problems import problem
from handoff_app.db import read
from handoff_app.domain import census

router = APIRouter(include_in_schema=False)


@router.api_route("/metrics", methods=["GET", "HEAD"])
async def metrics(request: Request) -> Response:
    """For this machine, private networks, and admins who are signed in."""
    if not await _may_read(request):
        return problem(403, "Read this from a private address, or sign in as an admin.")
    try:
        found = await read(census.taken)
    except Exception as error:
        return problem(503, f"The database does not answer: {type(error).__name__}.")
    registry = CollectorRegistry()
    registry.register(_Shown(found))
    ProcessCollector(registry=registry)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


async def _may_read(request: Request) -> bool:
    peer = request.client.host if request.client else ""
    if addresses.is_inside(peer, request.headers.get("x-forwarded-for", "")):
        return True
    person = await sessions.who(sessions.token_of(request.headers))
    return person is not None and person.is_admin


class _Shown(Collector):
    """A census in the words of Prometheus."""

    def __init__(self, found: census.Census) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        found, idle = self._found, monotonic() - live.hub.worked_at
        yield _gauge("conversations", "By status.", ["status"], found.conversations)
        yield _counter("messages", "In all conversations.", [], {"": found.messages})
        yield _counter("escalations", "By reason.", ["reason"], found.escalations)
        yield _gauge("notices", "By channel and status; kept for 30 days.", ["channel", "status"], found.notices)
        yield _gauge("behind_seconds", "How long due work has waited, by queue.", ["queue"], found.behind)
        yield _gauge("worker_idle_seconds", "Since the worker last looked for work.", [], {"": idle})


def _gauge(name: str, help: str, labels: list[str], values: Mapping[Any, float]) -> Metric:
    return _filled(GaugeMetricFamily(f"handoff_{name}", help, labels=labels), values)


def _counter(name: str, help: str, labels: list[str], values: Mapping[Any, float]) -> Metric:
    return _filled(CounterMetricFamily(f"handoff_{name}", help, labels=labels), values)


def _filled(family: GaugeMetricFamily | CounterMetricFamily, values: Mapping[Any, float]) -> Metric:
    """`values` stand by their label, by a tuple of labels, or by none (`""`)."""
    for label, value in values.items():
        family.add_metric(label if isinstance(label, tuple) else [label][: bool(label)], value)
    return family
