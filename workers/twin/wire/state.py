"""The twin at a glance, as JSON."""

from typing import Any

from workers.twin.model.cluster import Cluster
from workers.twin.model.nodes import Backend, ComputeNode, Frontend
from workers.twin.sql.formats import moment, zone
from workers.twin.twin import Twin
from workers.twin.wire.host import TwinHost


def state(host: TwinHost, ports: dict[str, int]) -> dict[str, Any]:
    """Sizes in bytes as they are now (a frontend knows them up to a minute later); `settings` are those changed."""
    twin, cluster = host.twin, host.twin.cluster
    clones = twin.course.clones
    return {
        "scenario": twin.scenario,
        "version": cluster.version.release,
        "now": round(twin.now, 3),
        "wall": moment(twin.epoch + twin.now, zone("+00:00")),
        "speed": host.pace.factor,
        "backends": [_backend(backend) for backend in cluster.backends.values()],
        "frontends": [_frontend(cluster, frontend, ports) for frontend in cluster.frontends],
        "dropped_frontends": [_frontend(cluster, frontend, ports) for frontend in cluster.zombies],
        "compute_nodes": [_compute_node(node) for node in cluster.compute_nodes.values()],
        "settings": dict(cluster.leader.settings) if cluster.leader else {},
        "variables": dict(cluster.global_variables),
        "clones": {"running": len(clones.running), "finished": clones.finished, "failed": clones.failed},
        "removals_waiting": sum(len(removal.tablets) for removal in twin.course.removals.waiting),
        "unhealthy": sum(twin.course.checker.unhealthy().values()),
        "transactions": [transaction.label for transaction in cluster.transactions.values()],
        "recycle_bin": [{"name": entry.name, "tablets": entry.tablets} for entry in cluster.recycle_bin],
        "sessions": [
            {"id": session.id, "fe": session.frontend.host, "user": session.account.name}
            for session in twin.sessions.values()
        ],
        "statements": len(twin.log),
        "unknown_statements": sum(entry.unknown for entry in twin.log),
    }


def _backend(backend: Backend) -> dict[str, Any]:
    usage = backend.disk.usage
    return {
        "id": backend.id,
        "address": backend.address,
        "version": backend.version,
        "alive": backend.alive,
        "process_up": backend.process_up,
        "decommissioned": backend.decommissioned,
        "tablets": backend.tablets,
        "data_used": usage.data_used,
        "avail": usage.avail,
        "total": usage.total,
        "disks": [{"path": backend.disk.path, "state": backend.disk.state, "medium": backend.disk.medium}],
    }


def _compute_node(node: ComputeNode) -> dict[str, Any]:
    return {
        "id": node.id,
        "address": node.address,
        "alive": node.alive,
        "process_up": node.process_up,
        "running_queries": node.running_queries,
    }


def _frontend(cluster: Cluster, frontend: Frontend, ports: dict[str, int]) -> dict[str, Any]:
    return {
        "name": frontend.name,
        "host": frontend.host,
        "role": "LEADER" if frontend is cluster.leader else frontend.kind,
        "alive": frontend.alive,
        "version": frontend.version,
        "process_up": frontend.process_up,
        "ready": frontend.ready,
        "port": ports.get(frontend.host),
    }


def show_ha(twin: Twin, frontend: Frontend) -> dict[str, str]:
    """GET /api/show_meta_info?action=SHOW_HA: every value is text (fe: http/rest/ShowMetaInfoAction.java)."""
    cluster = twin.cluster
    leads = frontend is cluster.leader
    return {
        "role": "LEADER" if leads else frontend.kind,
        "current_journal_id": str(cluster.journal() - (0 if leads else frontend.lag(cluster.now))),
        "master": cluster.leader.host if cluster.leader else "unknown",
        "electable_nodes": ",".join(each.host for each in cluster.followers()),
        "can_read": "true" if frontend.ready else "false",
        "is_ready": "true" if frontend.ready else "false",
        "last_checkpoint_version": str(frontend.image),
        "last_checkpoint_time": str(int((twin.epoch + cluster.now) * 1000)),
    }


def bootstrap(twin: Twin, frontend: Frontend, *, asked: bool) -> dict[str, Any]:
    """GET /api/bootstrap. `asked`: with cluster id and token, which show the figures; newer code shows zeros without."""
    cluster = twin.cluster
    failed = {"status": "FAILED", "code": "1", "msg": "not ready", "message": "not ready"}
    newer = cluster.version.status_codes
    if not frontend.ready:
        return failed if newer else {key: failed[key] for key in ("status", "msg")}
    lag = 0 if frontend is cluster.leader else frontend.lag(cluster.now)
    figures: dict[str, Any] = {
        "replayedJournalId": cluster.journal() - lag if asked else 0,
        "queryPort": frontend.query_port if asked else 0,
        "rpcPort": frontend.rpc_port if asked else 0,
        "feStartTime": int((twin.epoch + (frontend.last_start or 0.0)) * 1000) if asked else 0,
        "heapUsedPercent": 31.7 if asked else 0.0,
    }
    if asked:
        figures["feVersion"] = frontend.version
    fine = {"status": "OK", "msg": "Success"}
    if newer:
        return {**figures, "status": "OK", "code": "0", "msg": "Success", "message": "OK"}
    return {**figures, **fine} if asked else fine
