"""Faults of nodes: processes that stop, leaders that are lost, disks that fill, people who act beside the bot."""

from typing import TYPE_CHECKING

from workers.twin.model.nodes import Backend, Frontend

if TYPE_CHECKING:
    from workers.twin.twin import Twin

GB = 1024**3


def backend_at(twin: "Twin", at: str) -> Backend:
    """LookupError on a backend that is not there."""
    backend = twin.cluster.backend_named(at)
    if backend is None:
        raise LookupError(f"no backend {at!r}")
    return backend


def frontend_at(twin: "Twin", fe: str) -> Frontend:
    frontend = twin.cluster.frontend_named(fe)
    if frontend is None:
        raise LookupError(f"no frontend {fe!r}")
    return frontend


def be_down(twin: "Twin", at: str) -> None:
    backend = backend_at(twin, at)
    twin.cluster.host(backend.host).storage.running = False
    twin.course.heartbeats.stop_backend(backend)
    twin.course.clones.abandon(backend.id)


def be_up(twin: "Twin", at: str) -> None:
    backend = backend_at(twin, at)
    twin.cluster.host(backend.host).storage.running = True
    twin.course.heartbeats.start_backend(backend)


def be_restart(twin: "Twin", at: str, down_s: float) -> None:
    """Shorter than ~15 s, Alive never shows it; LastStartTime does."""
    backend = backend_at(twin, at)
    be_down(twin, at)
    twin.cluster.host(backend.host).storage.running = True
    twin.course.heartbeats.start_backend(backend, after=down_s)


def be_shutdown(twin: "Twin", at: str) -> None:
    backend = backend_at(twin, at)
    twin.cluster.host(backend.host).storage.running = False
    twin.course.heartbeats.stop_backend(backend, graceful=True)
    twin.course.clones.abandon(backend.id)


def balance_to(twin: "Twin", at: str) -> None:
    twin.cluster.added.add(backend_at(twin, at).id)


def fe_down(twin: "Twin", fe: str) -> None:
    frontend = frontend_at(twin, fe)
    twin.cluster.host(frontend.host).frontend.running = False
    twin.course.election.stop(frontend)


def fe_up(twin: "Twin", fe: str) -> None:
    frontend = frontend_at(twin, fe)
    twin.cluster.host(frontend.host).frontend.running = True
    twin.course.frontends.start(frontend)


def fe_restart(twin: "Twin", fe: str, down_s: float) -> None:
    """If it led, another leads afterwards: the election takes longer than most restarts."""
    frontend = frontend_at(twin, fe)
    twin.course.election.stop(frontend)
    twin.cluster.agenda.after(down_s, lambda: twin.course.frontends.start(frontend))


def fe_stop_gracefully(twin: "Twin", fe: str, returns_after_s: float | None) -> None:
    frontend = frontend_at(twin, fe)
    twin.course.election.stop_gracefully(frontend)
    if returns_after_s is None:
        twin.cluster.host(frontend.host).frontend.running = False
    else:
        twin.cluster.agenda.after(returns_after_s, lambda: twin.course.frontends.start(frontend))


def leader_lost(twin: "Twin", returns_after_s: float | None) -> None:
    twin.course.election.lose_leader(returns_after=returns_after_s)


def set_disk(
    twin: "Twin", at: str, data_used_gb: float | None, avail_gb: float | None, total_gb: float | None, state: str | None
) -> None:
    """Reported at once. The data named and not modelled as tablets stays on the node when its tablets have left."""
    backend = backend_at(twin, at)
    disk = backend.disk
    if total_gb is not None:
        disk.total = round(total_gb * GB)
    if data_used_gb is not None:
        disk.ballast = round(data_used_gb * GB) - disk.tablet_bytes
    if avail_gb is not None:
        taken = disk.tablet_bytes + disk.ballast + disk.trash
        wanted = round(avail_gb * GB)
        disk.other_used = disk.total - taken - wanted
        if disk.other_used < 0:
            # More free space than the disk has room for: it is a bigger disk now.
            disk.total, disk.other_used = taken + wanted, 0
    if state is not None:
        disk.state = state
    twin.course.heartbeats.report(backend)


def disk_full(twin: "Twin", at: str) -> None:
    backend = backend_at(twin, at)
    backend.disk.other_used += max(0, backend.disk.usage.avail - GB)
    twin.course.heartbeats.report(backend)


def slow_disk(twin: "Twin", at: str, factor: float) -> None:
    if factor < 1:
        raise ValueError(f"factor must be at least 1, not {factor}")
    backend_at(twin, at).disk.slowness = factor


def no_room(twin: "Twin", at: str, leave_gb: float) -> None:
    """Grow the data of all others until little room is left above the soft limit, as the scheduler counts it.

    The frontend's own formula knows no such limit and may still accept the decommission.
    """
    cluster = twin.cluster
    staying = cluster.staying([backend_at(twin, at).id])
    for backend in staying:
        usage = backend.disk.usage
        whole = usage.data_total
        reserve = min(
            cluster.number("storage_usage_soft_limit_reserve_bytes"),
            whole * (100 - cluster.number("storage_usage_soft_limit_percent")) // 100,
        )
        target = reserve + round(leave_gb * GB / len(staying))
        backend.disk.ballast += max(0, usage.avail - target)
        twin.course.heartbeats.report(backend)


def node_readded(twin: "Twin", at: str) -> None:
    address = backend_at(twin, at).address
    twin.as_somebody(f'ALTER SYSTEM DROP BACKEND "{address}" FORCE')
    twin.as_somebody(f'ALTER SYSTEM ADD BACKEND "{address}"')


def node_dropped(twin: "Twin", at: str) -> None:
    twin.as_somebody(f'ALTER SYSTEM DROP BACKEND "{backend_at(twin, at).address}" FORCE')


def foreign_decommission(twin: "Twin", at: str) -> None:
    twin.as_somebody(f'ALTER SYSTEM DECOMMISSION BACKEND "{backend_at(twin, at).address}"')


def foreign_cancel(twin: "Twin", at: str) -> None:
    twin.as_somebody(f'CANCEL DECOMMISSION BACKEND "{backend_at(twin, at).address}"')


def setting(twin: "Twin", key: str, value: str) -> None:
    """Somebody sets a frontend config."""
    twin.as_somebody(f'ADMIN SET FRONTEND CONFIG ("{key}" = "{value}")')


def frozen_scheduler(twin: "Twin") -> None:
    """What an upgrade runbook leaves behind when its second half is forgotten."""
    setting(twin, "tablet_sched_max_scheduling_tablets", "0")
    setting(twin, "tablet_sched_disable_balance", "true")
