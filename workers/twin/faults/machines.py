"""Faults of hosts that people reach over SSH; without `--hosts` nobody notices them."""

from typing import TYPE_CHECKING

from workers.twin.model.hosts import Misconduct

if TYPE_CHECKING:
    from workers.twin.twin import Twin

PROCESSES = ("be", "cn", "fe")
WAYS = ("open", "refused", "silent", "nameless", "failed")
KERNEL = {
    "overcommit_memory": "/proc/sys/vm/overcommit_memory",
    "swappiness": "/proc/sys/vm/swappiness",
    "max_map_count": "/proc/sys/vm/max_map_count",
    "transparent_hugepage": "/sys/kernel/mm/transparent_hugepage/enabled",
}
CUTS = ("before_exec", "after_exec")


def _conduct(twin: "Twin", host: str) -> Misconduct:
    """LookupError on a host that nothing was ever said of."""
    cluster = twin.cluster
    known = {backend.host for backend in cluster.backends.values()} | {node.host for node in cluster.compute_nodes.values()}
    known |= {frontend.host for frontend in (*cluster.frontends, *cluster.zombies)} | cluster.hosts.keys()
    if host not in known:
        raise LookupError(f"no host {host!r}")
    return cluster.host(host).misconduct


def _process(name: str) -> str:
    if name not in PROCESSES:
        raise ValueError(f"process must be one of {', '.join(PROCESSES)}, not {name}")
    return name


def slow_start(twin: "Twin", host: str, seconds: float, process: str | None) -> None:
    chosen = PROCESSES if process is None else (_process(process),)
    _conduct(twin, host).start_s.update(dict.fromkeys(chosen, seconds))


def never_starts(twin: "Twin", host: str, process: str, on: bool) -> None:
    never = _conduct(twin, host).never_starts
    if on:
        never.add(_process(process))
    else:
        never.discard(_process(process))


def unreachable(twin: "Twin", host: str, on: bool) -> None:
    _conduct(twin, host).unreachable = on


def cut(twin: "Twin", host: str, after: str, matching: str, times: int) -> None:
    if after not in CUTS:
        raise ValueError(f"after must be one of {', '.join(CUTS)}, not {after}")
    _conduct(twin, host).cuts += [(after, matching)] * times


def no_pid_file(twin: "Twin", host: str) -> None:
    _conduct(twin, host).pid_files_lost = True


def resurrects(twin: "Twin", host: str, on: bool) -> None:
    _conduct(twin, host).resurrects = on


def disk_full(twin: "Twin", host: str, on: bool) -> None:
    _conduct(twin, host).disk_full = on


def ignores_term(twin: "Twin", host: str, on: bool) -> None:
    _conduct(twin, host).ignores_term = on


def clock(twin: "Twin", host: str, ahead_s: float) -> None:
    _conduct(twin, host).clock_ahead_s = ahead_s


def java(twin: "Twin", host: str, version: str) -> None:
    _conduct(twin, host).java = version


def no_namespaces(twin: "Twin", host: str, on: bool) -> None:
    _conduct(twin, host).no_namespaces = on


def rehearsal_fails(twin: "Twin", host: str, text: str) -> None:
    _conduct(twin, host).rehearsal_fails = text


def rehearsal_hangs(twin: "Twin", host: str, on: bool) -> None:
    _conduct(twin, host).rehearsal_hangs = on


def lay_file(twin: "Twin", host: str, file: str, text: str | None, mode: str) -> None:
    parts = file.split("/")
    if ".." in parts or not all(parts):
        raise ValueError(f"file must be a path under the host's home, not {file}")
    _conduct(twin, host).files.append((file, text, int(mode, 8)))


def way(twin: "Twin", host: str, to: str, how: str) -> None:
    if how not in WAYS:
        raise ValueError(f"how must be one of {', '.join(WAYS)}, not {how}")
    there, colon, port = to.rpartition(":")
    _conduct(twin, host).ways[(there, port) if colon else (to, "any")] = how


def port_taken(twin: "Twin", host: str, port: int, on: bool) -> None:
    taken = _conduct(twin, host).taken_ports
    if on:
        taken.add(port)
    else:
        taken.discard(port)


def kernel(twin: "Twin", host: str, setting: str, value: str) -> None:
    if setting not in KERNEL:
        raise ValueError(f"setting must be one of {', '.join(KERNEL)}, not {setting}")
    _conduct(twin, host).kernel[KERNEL[setting]] = value


def wrong_package(twin: "Twin", version: str, reports: str) -> None:
    twin.cluster.wrong_packages[version] = reports
