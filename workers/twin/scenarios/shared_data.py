"""A shared_data cluster: data in object storage, nodes hold a cache, every partition shows one replica."""

from workers.twin.life.course import Course
from workers.twin.model.nodes import ComputeNode
from workers.twin.scenarios.building import MB, Building
from workers.twin.scenarios.mission000 import EPOCH
from workers.twin.scenarios.small import nodes

HOSTS = ["10.87.0.1", "10.87.0.2", "10.87.0.3"]


def finish(name: str, *, seed: int, columns: str) -> Course:
    """Two nodes that joined as backends, two that joined as compute nodes."""
    building = Building(name, EPOCH, seed=seed, columns=columns)
    building.cluster.run_mode = "shared_data"
    nodes(building, HOSTS[:2], HOSTS, first_id=13_002)
    for number, host in enumerate(("10.87.0.11", "10.87.0.12")):
        ident = 13_102 + number
        building.cluster.compute_nodes[ident] = ComputeNode(
            ident, host, building.cluster.version.release, worker_id=ident, last_start=-86_400.0, tablets=120
        )
    for table, tablets in (("lake.events", 320), ("lake.orders", 160)):
        # Cloud-native tablets lie on no node's disk: the set of backends is empty, the replication number is 1.
        building.table(table, 1, 8 * MB, {(): tablets}, buckets=16)
    return building.finished()
