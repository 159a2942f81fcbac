"""The cluster printed in mission 000, number by number: 5 backends, 4 frontends, 288,414 replicas.

How the tablets are laid out is not printed, so it is solved: with T3 tablets of three replicas and T1 of one, 3*T3 + T1
= 288,414, and no backend holds two replicas of a tablet. T1 = 4,200 gives T3 = 94,738. The three-replica tablets have 0
or 1 replica on the new nodes (5,976 - 5,940 in all), so that each old node misses just those.
"""

from workers.simtwin.model import GIB, TIB, Cell, Model, SimBackend, SimFrontend, SimPartition

A, B, C, D, E = 17766290, 18320972, 10004, 18810542, 18810543
TABLETS = {A: 97_362, B: 88_969, C: 96_107, D: 2_761, E: 3_215}
ONE_REPLICA = {A: 2_624, B: 207, C: 1_369}


def backends() -> list[SimBackend]:
    """The rows of SHOW BACKENDS as printed."""
    return [
        SimBackend(id=A, host="10.84.0.12", data_used=419.858 * GIB, avail=38.142 * GIB, total=458 * GIB),
        SimBackend(
            id=B, host="10.84.0.18", data_used=375.891 * GIB, avail=312.079 * GIB, total=783.426 * GIB,
            running_queries=4, mem_used="77.38 %", cpu_used="32.1 %", cache="490GB",
        ),
        SimBackend(
            id=C, host="10.84.0.19", data_used=406.845 * GIB, avail=307.840 * GIB, total=783.426 * GIB,
            mem_used="77.29 %", cpu_used="31.1 %", cache="500GB",
        ),
        SimBackend(
            id=D, host="10.84.91.16", data_used=46.395 * GIB, avail=1.354 * TIB, total=1.475 * TIB, cores=32,
            mem_used="0.68 %", cpu_used="3.1 %",
        ),
        SimBackend(
            id=E, host="10.84.91.18", data_used=60.314 * GIB, avail=1.341 * TIB, total=1.475 * TIB, cores=32,
            running_queries=0, mem_used="0.53 %", cpu_used="0.5 %",
        ),
    ]  # fmt: skip


def frontends() -> list[SimFrontend]:
    return [
        SimFrontend(host="10.84.0.12", started=-590_852.0, name="10.84.0.12_9010_1734934377134", role="LEADER"),
        SimFrontend(host="10.84.0.19", started=-8_863_665.0, name="10.84.0.19_9010_1735030041133"),
        SimFrontend(host="10.84.91.16", started=-7_278.0, name="10.84.91.16_9010_1750301169517"),
        SimFrontend(host="10.84.91.18", started=-7_741.0, name="10.84.91.18_9010_1750300763724"),
    ]


TABLES = (
    ("shop", "orders", "p2025", 3, 30),
    ("shop", "order_items", "p2025", 3, 24),
    ("shop", "colo_payments", "colo", 3, 6),
    ("web", "page_views", "p2025", 3, 26),
    ("web", "sessions", "p2025", 3, 13),
    ("_statistics_", "column_statistics", "p", 3, 1),
)
"""Database, table, partition prefix, replication, share of the three-replica tablets in percent."""
PARTITIONS_A_TABLE = 12


def build() -> Model:
    """The cluster after the two new hosts have joined."""
    ones = sum(ONE_REPLICA.values())
    triples = (sum(TABLETS.values()) - ones) // 3
    shapes = _shapes(triples)
    partitions, cells = _laid_out(shapes)
    model = Model(frontends=frontends(), backends=backends(), partitions=partitions, cells=cells)
    for backend_id, expected in TABLETS.items():
        assert model.tablets_on(backend_id) == expected, (backend_id, model.tablets_on(backend_id))
    return model


def _shapes(triples: int) -> dict[tuple[int, ...], int]:
    """How many three-replica tablets sit on which three backends.

    Let x(Y, old pair) be those with one replica on a new node. An old node holds all triples except the ones whose pair
    leaves it out; so the pair that leaves out A has triples - (TABLETS[A] - ONE_REPLICA[A]) tablets, and so on.
    """
    missing = {old: triples - (TABLETS[old] - ONE_REPLICA[old]) for old in (A, B, C)}
    shapes: dict[tuple[int, ...], int] = {}
    left = {D: TABLETS[D], E: TABLETS[E]}
    for old, count in missing.items():
        pair = [other for other in (A, B, C) if other != old]
        on_d = min(left[D], count)
        for new, number in ((D, on_d), (E, count - on_d)):
            left[new] -= number
            if number:
                shapes[tuple(sorted((*pair, new)))] = number
    assert left == {D: 0, E: 0}, left
    shapes[tuple(sorted((A, B, C)))] = triples - sum(shapes.values())
    return shapes


def _laid_out(shapes: dict[tuple[int, ...], int]) -> tuple[dict[int, SimPartition], dict[Cell, int]]:
    """Deal the shapes out to partitions of believable tables, and the one-replica tablets to a log table."""
    partitions: dict[int, SimPartition] = {}
    cells: dict[Cell, int] = {}
    names = [(db, t, f"{p}{i + 1:02d}", r, share) for db, t, p, r, share in TABLES for i in range(PARTITIONS_A_TABLE)]
    for ids, count in shapes.items():
        dealt = 0
        for index, (*_, share) in enumerate(names):
            last = index == len(names) - 1
            part = count - dealt if last else count * share // 100 // PARTITIONS_A_TABLE
            dealt += part
            if part:
                cells[(20_000 + index, ids)] = part
    for index, (database, table, name, replication, _) in enumerate(names):
        number = 20_000 + index
        tablets = sum(count for (p, _), count in cells.items() if p == number)
        partitions[number] = SimPartition(
            id=number, database=database, table=table, name=name, replication=replication, tablets=tablets,
            table_id=11_000 + index // PARTITIONS_A_TABLE,
        )  # fmt: skip
    for index, (backend_id, count) in enumerate(ONE_REPLICA.items()):
        number = 21_000 + index
        cells[(number, (backend_id,))] = count
        partitions[number] = SimPartition(
            id=number, database="ops", table=("import_log", "audit_raw", "scratch")[index], name="p_all",
            replication=1, tablets=count, table_id=12_000 + index,
        )  # fmt: skip
    return partitions, cells


def before_join() -> Model:
    """The same cluster before the two new hosts joined: what they hold sits on the old node that lacks it."""
    model = build()
    for cell in [c for c in model.cells if D in c[1] or E in c[1]]:
        count = model.cells.pop(cell)
        home = (cell[0], tuple(sorted((A, B, C))))
        model.cells[home] = model.cells.get(home, 0) + count
    model.backends = [b for b in model.backends if b.id in {A, B, C}]
    model.frontends = [f for f in model.frontends if not f.host.startswith("10.84.91.")]
    return model
