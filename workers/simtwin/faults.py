"""Faults on order: name -> what it does. Arguments are plain values; `at` names a backend by host:port, seconds are the twin's."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from workers.simtwin.cluster import Cluster
from workers.simtwin.model import GIB, SimBackend, SimPartition


@dataclass(frozen=True)
class Fault:
    """One line of the catalogue."""

    name: str
    arguments: str
    summary: str
    strike: Callable[[Cluster, dict[str, Any]], None]


def _node(cluster: Cluster, arguments: dict[str, Any]) -> SimBackend:
    backend = cluster.model.backend(str(arguments["at"]))
    if backend is None:
        raise KeyError(f"no backend {arguments['at']}")
    return backend


def _be_down(cluster: Cluster, a: dict[str, Any]) -> None:
    backend = _node(cluster, a)
    backend.alive, backend.error = False, "connection refused"


def _be_up(cluster: Cluster, a: dict[str, Any]) -> None:
    backend = _node(cluster, a)
    backend.alive, backend.error, backend.started = True, "", cluster.now


def _set_disk(cluster: Cluster, a: dict[str, Any]) -> None:
    backend = _node(cluster, a)
    backend.avail = float(a["avail_gb"]) * GIB
    backend.total = max(backend.total, backend.data_used + backend.avail)
    backend.report()


def _setting(cluster: Cluster, a: dict[str, Any]) -> None:
    for frontend in cluster.model.frontends:
        frontend.config[str(a["key"])] = str(a["value"])


def _recycle_bin(cluster: Cluster, a: dict[str, Any]) -> None:
    backend, count = _node(cluster, a), int(a["tablets"])
    number = max(cluster.model.partitions) + 1
    partition = SimPartition(
        id=number, database="shop", table="old_orders", name="p_dropped", replication=1, tablets=count,
        table_id=13_000, recycled_until=cluster.now + float(a["seconds"]),
    )  # fmt: skip
    cluster.model.partitions[number] = partition
    cluster.model.cells[(number, (backend.id,))] = count


def _transaction(cluster: Cluster, a: dict[str, Any]) -> None:
    until = cluster.now + float(a["seconds"])
    age = float(a.get("age", 7200))
    cluster.model.transactions.append((str(a.get("database", "shop")), 990_001, "nightly_import", cluster.now - age, until))


def _on_table(field: str) -> Callable[[Cluster, dict[str, Any]], None]:
    def strike(cluster: Cluster, a: dict[str, Any]) -> None:
        for number, partition in cluster.model.partitions.items():
            if partition.table == a["table"]:
                cluster.model.partitions[number] = replace(partition, **{field: cluster.now + float(a["seconds"])})

    return strike


def _replication(cluster: Cluster, a: dict[str, Any]) -> None:
    number = max(cluster.model.partitions) + 1
    cluster.model.partitions[number] = SimPartition(
        id=number, database="shop", table="wide", name="p", replication=int(a["replication"]), tablets=1, table_id=13_001
    )


def _readd(cluster: Cluster, a: dict[str, Any]) -> None:
    backend = _node(cluster, a)
    cluster.model.lose(backend.id)
    cluster.model.backends.remove(backend)
    cluster.add_backend(backend.host, backend.heartbeat_port)


def _leave(cluster: Cluster, a: dict[str, Any]) -> None:
    _node(cluster, a).decommissioned_at = cluster.now


def _stay(cluster: Cluster, a: dict[str, Any]) -> None:
    _node(cluster, a).decommissioned_at = None


def _vanish(cluster: Cluster, a: dict[str, Any]) -> None:
    backend = _node(cluster, a)
    cluster.model.lose(backend.id)
    cluster.model.backends.remove(backend)


def _cut(when: str) -> Callable[[Cluster, dict[str, Any]], None]:
    return lambda cluster, a: cluster.cuts.append((when, str(a.get("matching", "DECOMMISSION"))))


def _refuse(cluster: Cluster, a: dict[str, Any]) -> None:
    cluster.refuse_until = cluster.now + float(a["seconds"])


def _rate(cluster: Cluster, a: dict[str, Any]) -> None:
    cluster.drains.rate = float(a["factor"])


def _colocate(cluster: Cluster, a: dict[str, Any]) -> None:
    cluster.model.colocate_stable = False

    def stable() -> None:
        cluster.model.colocate_stable = True

    cluster.in_(float(a["seconds"]), stable)


def _unhealthy(cluster: Cluster, a: dict[str, Any]) -> None:
    cluster.model.unhealthy_baseline = int(a["tablets"])


CATALOGUE: tuple[Fault, ...] = (
    Fault("be_down", "at", "a backend's process dies", _be_down),
    Fault("be_up", "at", "it comes back", _be_up),
    Fault("set_disk", "at, avail_gb", "so much is free on a backend", _set_disk),
    Fault("setting", "key, value", "a frontend config on every frontend", _setting),
    Fault("recycle_bin", "at, tablets, seconds", "dropped tablets that the bin holds on a backend", _recycle_bin),
    Fault("long_transaction", "seconds, database, age", "a load that keeps old replicas", _transaction),
    Fault("alter_job", "table, seconds", "a table under ALTER", _on_table("alter_until")),
    Fault("source_unhealthy", "table, seconds", "no healthy source for a table's tablets", _on_table("no_source_until")),
    Fault("replication", "replication", "somebody creates a table with so many replicas", _replication),
    Fault("colocate_unstable", "seconds", "colocate groups relocate", _colocate),
    Fault("drain_rate", "factor", "clones run so many times faster", _rate),
    Fault("unhealthy", "tablets", "so many tablets are unhealthy anyway", _unhealthy),
    Fault("node_readded", "at", "somebody drops a backend and adds it again: a new id", _readd),
    Fault("node_dropped", "at", "somebody drops a backend", _vanish),
    Fault("foreign_decommission", "at", "somebody else decommissions a backend", _leave),
    Fault("foreign_cancel", "at", "somebody else cancels a decommission", _stay),
    Fault("leader_lost", "", "the leader dies; 12 s later another leads", lambda c, _: c.lose_leader()),
    Fault("cut_before", "matching", "the next such statement's link breaks before it takes effect", _cut("before")),
    Fault("cut_after", "matching", "the next such statement takes effect, then its link breaks", _cut("after")),
    Fault("refuse_connections", "seconds", "no frontend accepts connections", _refuse),
)


def strike(cluster: Cluster, name: str, arguments: dict[str, Any]) -> None:
    """Let a fault happen now; raises KeyError for an unknown fault or a missing argument."""
    fault = next((fault for fault in CATALOGUE if fault.name == name), None)
    if fault is None:
        raise KeyError(f"no fault {name}")
    fault.strike(cluster, arguments)
