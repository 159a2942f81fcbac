"""Mission 000 before its migration: three backends, two frontends, three replicas of everything that matters."""

from workers.twin.life.course import Course
from workers.twin.model.hosts import Host
from workers.twin.scenarios import mission000
from workers.twin.scenarios.building import TB, Building

NEW_HOSTS = {
    "10.84.91.16": (1.4753, 1.4753 - 1.3543 - mission000.DATA_USED[mission000.D] / TB),
    "10.84.91.18": (1.4754, 1.4754 - 1.3410 - mission000.DATA_USED[mission000.E] / TB),
}
"""Size of the disk and what other files take of it, TB, as the rows of mission 000 have them after the join."""
REBUILT = {"host": "10.84.0.12", "disk_gb": 1.4752 * 1024, "other_gb": (1.4752 - 1.396) * 1024, "path": "/data2/starrocks/be"}
"""10.84.0.12 with its new disk: TotalCapacity 1.475 TB, DataTotalCapacity 1.396 TB."""
SCALE = 0.9
"""Less data than later, or 10.84.0.12 would have no byte free with all replicas on three backends."""


def finish(name: str, *, seed: int, columns: str) -> Course:
    """The new hosts are prepared and their processes run, so that whatever is added there comes up."""
    return _cluster(name, seed=seed, columns=columns).finished()


def migration(name: str, *, seed: int, columns: str) -> Course:
    """The same, but a person has still to start the processes on the new hosts (fault `host`).

    0.12's new disk is the fault `host` with REBUILT: then its row prints TotalCapacity 1.475 TB, as in mission 000.
    """
    building = _cluster(name, seed=seed, columns=columns)
    for host in NEW_HOSTS:
        known = building.cluster.hosts[host]
        known.storage.running = known.frontend.running = False
        known.storage.kind = "be"
    return building.finished()


def _cluster(name: str, *, seed: int, columns: str) -> Building:
    building = Building(name, mission000.EPOCH, seed=seed, columns=columns)
    mission000.old_frontends(building)
    mission000.old_backends(building)
    sizes = mission000.tablet_sizes()
    mission000.tables_on_old(building, sizes, scale=SCALE)
    old = (mission000.A, mission000.B, mission000.C)
    later_on_d, later_on_e = mission000.ACD + mission000.BCD, mission000.ACE + mission000.BCE
    for table, size, tablets in (
        ("dwd.page_view_detail", sizes.on_d, later_on_d),
        ("dwd.search_detail", sizes.on_e, later_on_e),
    ):
        building.table(table, 3, size * SCALE / 2, {old: tablets}, buckets=32, partitions="p2025")
    for host, (total, other) in NEW_HOSTS.items():
        building.cluster.hosts[host] = Host(host, round(total * TB), round(other * TB), cpu_cores=32)
    return building
