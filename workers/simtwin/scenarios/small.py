"""Small clusters for quick stories: a drain takes some five simulated minutes."""

from itertools import combinations

from workers.simtwin.model import GIB, Model, SimBackend, SimFrontend, SimPartition


def build(network: str = "10.84.1") -> Model:
    """Five backends with a few hundred tablets each, three frontends."""
    return _cluster(network, backends=5, tablets_a_cell=60)


def build_b() -> Model:
    """A second cluster, elsewhere."""
    return _cluster("10.85.0", backends=5, tablets_a_cell=60)


def three() -> Model:
    """Three backends: no node may leave a table of three replicas."""
    return _cluster("10.84.3", backends=3, tablets_a_cell=200)


def _cluster(network: str, backends: int, tablets_a_cell: int) -> Model:
    hosts = [f"{network}.{11 + index}" for index in range(backends)]
    nodes = [
        SimBackend(id=10_001 + index, host=host, data_used=40 * GIB, avail=360 * GIB, total=420 * GIB)
        for index, host in enumerate(hosts)
    ]
    frontends = [
        SimFrontend(host=host, started=-86_400.0, name=f"{host}_9010_17349343771{index}", role="LEADER" if not index else "FOLLOWER")
        for index, host in enumerate(hosts[:3])
    ]
    triples = list(combinations([node.id for node in nodes], 3))
    partitions = {
        20_000: SimPartition(id=20_000, database="shop", table="orders", name="p01", replication=3,
                             tablets=tablets_a_cell * len(triples), table_id=11_000),
        20_001: SimPartition(id=20_001, database="shop", table="colo_payments", name="colo01", replication=3,
                             tablets=10 * len(triples), table_id=11_001),
        21_000: SimPartition(id=21_000, database="ops", table="import_log", name="p_all", replication=1,
                             tablets=20, table_id=12_000),
    }  # fmt: skip
    cells = {(20_000, ids): tablets_a_cell for ids in triples} | {(20_001, ids): 10 for ids in triples}
    cells[(21_000, (nodes[1].id,))] = 20
    return Model(frontends=frontends, backends=nodes, partitions=partitions, cells=cells)
