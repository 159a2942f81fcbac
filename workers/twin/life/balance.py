"""The balancer fills a backend that was added: a few hundred tablets a minute, from the fullest to the new one.

Modelled: it starts by itself, stops with tablet_sched_disable_balance, holds to tablet_sched_max_balancing_tablets, waits
while a node is down or leaving, takes no colocated tablet, and moves by a clone and the removal of the old replica, so
that slots, running and history rows tell of it (fe: clone/DiskAndTabletLoadReBalancer.java). Not modelled: disks of one
node, and the nodes of the scenario itself, which stay as its figures say unless a fault asks for more.
"""

from itertools import islice

from workers.twin.life.checker import HEALTHY, Need
from workers.twin.model.cluster import Cluster
from workers.twin.model.nodes import Backend
from workers.twin.model.placement import Cohort

TABLETS_PER_ROUND = 100  # invented: 300 a minute with a round of 20 s
SETTLED_S = 45.0
"""A new node is known to the load statistics a round or two after its first disk report (fe: TabletScheduler, 20 s)."""
LEVEL = 0.9
"""A node with this share of the mean counts as filled (fe: tablet_sched_balance_load_score_threshold 0.1)."""


class Balancer:
    """What the leader's balancer would move in this round."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def look(self) -> list[Need]:
        """Tablets of the fullest nodes for those that were added and are not level yet."""
        if not self._may_run():
            return []
        nodes = [b for b in self._cluster.backends.values() if b.alive]
        most = min(TABLETS_PER_ROUND, self._cluster.number("tablet_sched_max_balancing_tablets"))
        return [need for node in self._low(nodes) for need in self._fill(node, nodes, most)]

    @property
    def due(self) -> bool:
        """Is there anything to do? Asked every round, so it must cost little."""
        return self._may_run() and bool(self._low(list(self._cluster.backends.values())))

    def victim(self, cohort: Cohort) -> int | None:
        """Which replica a balanced tablet loses: the one on the fullest node that is not being filled."""
        if not self._cluster.added & cohort.backends or not self._may_run():
            return None
        nodes = [self._cluster.backends[b] for b in cohort.backends if b in self._cluster.backends]
        return max((b for b in nodes), key=lambda b: (b.id not in self._cluster.added, b.tablets, b.id)).id

    def _may_run(self) -> bool:
        cluster = self._cluster
        if not cluster.added or cluster.leader is None or cluster.shared_data:
            return False
        unsettled = any(b.decommissioned or not b.alive for b in cluster.backends.values())
        return not unsettled and not cluster.flag("tablet_sched_disable_balance")

    def _low(self, nodes: list[Backend]) -> list[Backend]:
        mean = sum(b.tablets for b in nodes) / max(1, len(nodes))
        return [b for b in nodes if b.id in self._cluster.added and self._settled(b) and b.tablets < LEVEL * mean]

    def _settled(self, node: Backend) -> bool:
        return node.takes_replicas and node.last_start is not None and self._cluster.now - node.last_start >= SETTLED_S

    def _fill(self, node: Backend, nodes: list[Backend], most: int) -> list[Need]:
        source = max(nodes, key=lambda b: b.tablets)
        needs: list[Need] = []
        for cohort in list(self._cluster.placement.on(source.id)):
            if most > 0 and cohort.ids and self._movable(cohort, node):
                wanted = dict.fromkeys(islice(cohort.ids, most), node.id)
                most -= len(wanted)
                needs.append(Need(cohort, HEALTHY, "LOW", wanted))
        return needs

    def _movable(self, cohort: Cohort, node: Backend) -> bool:
        hosts = {self._cluster.backends[b].host for b in cohort.backends if b in self._cluster.backends}
        table = cohort.table
        plain = not (cohort.trouble or table.colocate_group or table.in_recycle_bin) and table.state == "NORMAL"
        return plain and node.host not in hosts and len(cohort.backends) == cohort.replication
