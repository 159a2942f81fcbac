"""Mission 000 before its migration: three backends, two frontends, three replicas of everything that matters."""

from workers.twin.life.course import Course
from workers.twin.scenarios import mission000
from workers.twin.scenarios.building import Building

SCALE = 0.9
"""Less data than later, or 10.84.0.12 would have no byte free with all replicas on three backends."""


def finish(name: str, *, seed: int, columns: str) -> Course:
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
    return building.finished()
