"""Hosts prepared well or badly, and processes on them that start and stop."""

from typing import TYPE_CHECKING

from workers.twin.life import processes
from workers.twin.model.hosts import FRONTEND_TROUBLES, TROUBLES, Program
from workers.twin.model.nodes import Backend, ComputeNode

if TYPE_CHECKING:
    from workers.twin.twin import Twin

GB = 1024**3


def host(
    twin: "Twin", host: str, process: str, running: bool | None, version: str | None, trouble: str | None,
    port: int | None, helper: str | None, empty_meta: bool | None, disk_gb: float | None, other_gb: float | None,
    path: str | None, cpu: int | None,
) -> None:  # fmt: skip
    """What is named changes, the rest stays. A changed build or disk shows at the next start or ADD."""
    if process not in ("be", "cn", "fe"):
        raise ValueError(f"process must be be, cn or fe, not {process}")
    known = twin.cluster.host(host)
    program = known.frontend if process == "fe" else known.storage
    allowed = FRONTEND_TROUBLES if process == "fe" else tuple(TROUBLES)
    if trouble and trouble not in allowed:
        raise ValueError(f"trouble of {process} must be one of {', '.join(allowed)}, not {trouble}")
    if process != "fe":
        program.kind = process
    if version is not None:
        program.version = version
    if trouble is not None:
        program.trouble = trouble
    if port is not None:
        program.port = port
    if helper is not None:
        program.helper = helper
    if empty_meta:
        program.stale_meta = False
    known.disk_total = known.disk_total if disk_gb is None else round(disk_gb * GB)
    known.other_used = known.other_used if other_gb is None else round(other_gb * GB)
    known.storage_path = path or known.storage_path
    known.cpu_cores = cpu or known.cpu_cores
    if running is not None:
        _run(twin, host, program, running, frontend=process == "fe")


def _run(twin: "Twin", host: str, program: Program, running: bool, *, frontend: bool) -> None:
    program.running = running
    if running:
        processes.start(twin.course, host, frontend=frontend)
    else:
        processes.stop(twin.course, host, frontend=frontend)
    twin.cluster.tell_moved(host, "fe" if frontend else program.kind or "be", up=running)


def host_process(twin: "Twin", host: str, running: bool) -> None:
    """Whether something answers on `host` when a node is added there, or was added and waits; members go on."""
    known = twin.cluster.host(host)
    known.storage.running = known.frontend.running = running
    if running:
        processes.start(twin.course, host, frontend=False)
        processes.start(twin.course, host, frontend=True)


def host_offers(twin: "Twin", host: str, disk_gb: float | None, version: str | None) -> None:
    """What a backend that is added on `host` later will bring: how much disk, and which build of StarRocks."""
    known = twin.cluster.host(host)
    known.disk_total = known.disk_total if disk_gb is None else round(disk_gb * GB)
    known.storage.version = version or known.storage.version


def node_at(twin: "Twin", at: str) -> Backend | ComputeNode:
    """A backend or compute node by host:port, host or id."""
    nodes: list[Backend | ComputeNode] = [*twin.cluster.backends.values(), *twin.cluster.compute_nodes.values()]
    for node in nodes:
        if at in (node.address, node.host, str(node.id)):
            return node
    raise LookupError(f"no backend or compute node {at!r}")


def running_queries(twin: "Twin", at: str, queries: int, seconds: float | None) -> None:
    node = node_at(twin, at)
    node.running_queries = queries

    def over() -> None:
        node.running_queries = 0

    if seconds is not None:
        twin.cluster.agenda.after(seconds, over)
