"""SHOW WAREHOUSES and the nodes of one: newer versions only, and there is but the default one."""

from workers.twin.answers import ResultSet, SqlError, columns, text_rows
from workers.twin.life.compute_nodes import DEFAULT_WAREHOUSE
from workers.twin.model.nodes import Backend, ComputeNode
from workers.twin.sql.asking import Asking
from workers.twin.sql.formats import boolean
from workers.twin.sql.shapes import Values
from workers.twin.sql.tokens import syntax_error

# docs: sql-statements/cluster-management/warehouse/SHOW_WAREHOUSES
_WAREHOUSES = columns(
    "Id Name State NodeCount CurrentClusterCount MaxClusterCount StartedClusters RunningSql QueuedSql CreatedOn "
    "ResumedOn UpdatedOn Property Comment"
)
_NODES = columns(
    "WarehouseName CNGroupId WorkerGroupId NodeId WorkerId IP HeartbeatPort BePort HttpPort BrpcPort StarletPort "
    "LastStartTime Alive ErrMsg Version"
)


def show_warehouses(asking: Asking, values: Values) -> ResultSet:
    _require(asking, "SHOW WAREHOUSES", 5, "WAREHOUSES")
    row: dict[str, object] = {
        "Id": "0",
        "Name": DEFAULT_WAREHOUSE,
        "State": "AVAILABLE",
        "NodeCount": str(len(_members(asking))),
        "CurrentClusterCount": "1",
        "MaxClusterCount": "1",
        "StartedClusters": "1",
        "RunningSql": str(sum(node.running_queries for node in _members(asking))),
        "QueuedSql": "0",
        "Property": "",
        "Comment": "An internal warehouse init after FE is ready",
    }
    return text_rows(_WAREHOUSES, [row])


def show_nodes(asking: Asking, values: Values) -> ResultSet:
    _require(asking, "SHOW NODES", 5, "NODES")
    name = values.get("name", [DEFAULT_WAREHOUSE])[0]
    if name != DEFAULT_WAREHOUSE:
        raise SqlError(5901, "42000", f"Warehouse name: {name} not exist.")
    return text_rows(_NODES, [_row(asking, node) for node in _members(asking)])


def _members(asking: Asking) -> list[Backend | ComputeNode]:
    """In shared_data both kinds of node work for the warehouse."""
    backends = asking.cluster.backends.values() if asking.cluster.shared_data else ()
    return [*backends, *asking.cluster.compute_nodes.values()]


def _row(asking: Asking, node: Backend | ComputeNode) -> dict[str, object]:
    return {
        "WarehouseName": DEFAULT_WAREHOUSE,
        "CNGroupId": "0",
        "WorkerGroupId": "0",
        "NodeId": str(node.id),
        "WorkerId": str(node.worker_id),
        "IP": node.host,
        "HeartbeatPort": str(node.heartbeat_port),
        "BePort": str(node.be_port),
        "HttpPort": str(node.http_port),
        "BrpcPort": str(node.brpc_port),
        "StarletPort": str(node.starlet_port),
        "LastStartTime": asking.time(node.last_start),
        "Alive": boolean(node.alive),
        "ErrMsg": node.error,
        "Version": node.version,
    }


def _require(asking: Asking, sql: str, at: int, word: str) -> None:
    if not asking.cluster.version.warehouses:
        raise syntax_error(sql, at, word, ("a legal statement",), unknown=False)
