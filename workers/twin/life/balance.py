"""The balancer fills a backend that was added: a few hundred tablets a minute, from the fullest to the new one.

Modelled: it starts by itself, stops with tablet_sched_disable_balance, waits while a node is down or leaving, and takes no
colocated tablet (fe: clone/BalanceStat, DiskAndTabletLoadReBalancer). Not modelled: load scores, disks of one node, the
nodes of the scenario itself, which stay as its figures say.
"""

from workers.twin.model.cluster import Cluster
from workers.twin.model.nodes import Backend
from workers.twin.model.placement import Cohort

TABLETS_PER_ROUND = 100  # invented: 300 a minute with a round of 20 s
SETTLED_S = 45.0
"""A new node is known to the load statistics a round or two after its first disk report (fe: TabletScheduler, 20 s)."""
LEVEL = 0.9
"""A node with this share of the mean counts as filled."""


class Balancer:
    """One round of the leader's balancer."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def round(self) -> None:
        """Move some tablets to nodes that were added."""
        cluster = self._cluster
        nodes = [b for b in cluster.backends.values() if b.alive]
        unsettled = any(b.decommissioned or not b.alive for b in cluster.backends.values())
        if cluster.leader is None or cluster.shared_data or unsettled or cluster.flag("tablet_sched_disable_balance"):
            return
        for node in nodes:
            settled = node.last_start is not None and cluster.now - node.last_start >= SETTLED_S
            if settled and node.id in cluster.added:
                self._fill(node, nodes)

    def _fill(self, node: Backend, nodes: list[Backend]) -> None:
        mean = sum(b.tablets for b in nodes) / len(nodes)
        if node.tablets >= LEVEL * mean:
            return
        source = max(nodes, key=lambda b: b.tablets)
        moved = 0
        for cohort in list(self._cluster.placement.on(source.id)):
            if self._movable(cohort, node):
                moved += self._move(cohort, source, node, TABLETS_PER_ROUND - moved)
            if moved >= TABLETS_PER_ROUND:
                break

    def _movable(self, cohort: Cohort, node: Backend) -> bool:
        hosts = {self._cluster.backends[b].host for b in cohort.backends if b in self._cluster.backends}
        apart = node.id not in cohort.backends and node.host not in hosts
        return apart and not cohort.trouble and not cohort.table.colocate_group and not cohort.table.in_recycle_bin

    def _move(self, cohort: Cohort, source: Backend, node: Backend, most: int) -> int:
        tablets = list(cohort.ids)[:most]
        for tablet in tablets:
            del cohort.ids[tablet]
            cohort.busy[tablet] = None
            self._cluster.placement.move(cohort, tablet, cohort.backends - {source.id} | {node.id})
        return len(tablets)
