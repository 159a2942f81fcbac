"""PROC '/cluster_balance/cluster_load_stat': how loaded each backend is, as the balancer sees it."""

from workers.twin.answers import ResultSet, columns, text_rows
from workers.twin.model.nodes import Backend
from workers.twin.sql.asking import Asking
from workers.twin.sql.formats import boolean

_LOADS = columns(
    "BeId Cluster Available UsedCapacity Capacity UsedPercent ReplicaNum CapCoeff ReplCoeff Score Class"
)


def media(asking: Asking) -> ResultSet:
    kinds = sorted({b.disk.medium for b in asking.cluster.backends.values()})
    return ResultSet(("StorageMedium",), [(kind,) for kind in kinds])


def loads(asking: Asking, medium: str) -> ResultSet:
    """Score: used share and replicas, each against the mean (fe: clone/BackendLoadStatistic.java LoadScore)."""
    nodes = [b for b in asking.cluster.backends.values() if b.disk.medium == medium and b.reported is not None]
    used = {b.id: _share(b) for b in nodes}
    mean_used = sum(used.values()) / max(1, len(nodes)) or 1.0
    mean_replicas = sum(b.tablets for b in nodes) / max(1, len(nodes)) or 1.0
    weight = 0.5 if mean_used < 0.5 else min(1.0, mean_used)
    scores = {b.id: weight * used[b.id] / mean_used + (1 - weight) * b.tablets / mean_replicas for b in nodes}
    threshold = float(asking.cluster.setting("tablet_sched_balance_load_score_threshold"))
    rows = [_row(node, weight, used[node.id], scores[node.id], threshold) for node in nodes]
    return text_rows(_LOADS, sorted(rows, key=lambda row: str(row["Score"])))


def _share(node: Backend) -> float:
    usage = node.disk.usage
    return usage.data_used / usage.data_total if usage.data_total else 0.0


def _row(node: Backend, weight: float, used: float, score: float, threshold: float) -> dict[str, object]:
    """The mean score is 1; further from it than the threshold is LOW or HIGH."""
    usage = node.disk.usage
    place = "MID" if abs(score - 1) <= threshold else "LOW" if score < 1 else "HIGH"
    return {
        "BeId": str(node.id),
        "Cluster": "default_cluster",
        "Available": boolean(node.takes_replicas),
        "UsedCapacity": str(usage.data_used),
        "Capacity": str(usage.data_total),
        "UsedPercent": f"{used * 100:.3f}",
        "ReplicaNum": str(node.tablets),
        "CapCoeff": f"{weight:.2f}",
        "ReplCoeff": f"{1 - weight:.2f}",
        "Score": f"{score:.4f}",
        "Class": place,
    }
