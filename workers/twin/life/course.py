"""Puts the moving parts of a cluster together and gives them their rounds."""

from workers.twin.life.balance import Balancer
from workers.twin.life.checker import CHECKER_S, Checker
from workers.twin.life.clones import CloneScheduler
from workers.twin.life.colocation import ColocateBalancer
from workers.twin.life.compute_nodes import ComputeNodeMembership
from workers.twin.life.election import Election
from workers.twin.life.frontend_membership import FrontendMembership
from workers.twin.life.heartbeats import Heartbeats
from workers.twin.life.images import Images
from workers.twin.life.membership import HANDLER_S, BackendMembership
from workers.twin.life.refreshes import Refreshes
from workers.twin.life.removals import Removals
from workers.twin.model.cluster import Cluster

TRASH_S = 86_400.0  # be: trash_file_expire_time_sec; the model empties the trash once a day


class Course:
    """Everything that happens to one cluster by itself. `happened` tells it in words, with the simulated time."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.heartbeats = Heartbeats(cluster)
        self.election = Election(cluster, self.heartbeats)
        self.checker = Checker(cluster)
        self.clones = CloneScheduler(cluster)
        self.removals = Removals(cluster)
        self.colocation = ColocateBalancer(cluster)
        self.balancer = Balancer(cluster)
        self.backends = BackendMembership(cluster, self.heartbeats, self.clones, self.removals)
        self.frontends = FrontendMembership(cluster, self.heartbeats, self.election)
        self.compute_nodes = ComputeNodeMembership(cluster, self.heartbeats)
        self.refreshes = Refreshes(cluster)
        self.images = Images(cluster)
        self.happened: list[tuple[float, str]] = []

    def begin(self) -> None:
        self.heartbeats.begin()
        self.images.begin()
        self.cluster.leader_changed.append(self._leader_gone)
        # The rounds' phases are the scenario's start; in a real FE they are as arbitrary.
        self.cluster.agenda.every(CHECKER_S, self._check)
        self.cluster.agenda.every(HANDLER_S, self._remove_drained)
        self.cluster.agenda.every(TRASH_S, self._empty_trash)

    def tell(self, what: str) -> None:
        self.happened.append((self.cluster.now, what))

    def _check(self) -> None:
        """One round of TabletChecker and ColocateTableBalancer; only the leader runs them."""
        cluster = self.cluster
        if cluster.leader is None or cluster.shared_data or not (cluster.disturbed or self.balancer.due):
            return
        cluster.placement.tidy()
        found, colocated = self.checker.look(), self.colocation.look()
        for cohort in found.redundant:
            self.removals.begin(cohort, victim=self.balancer.victim(cohort))
        for cohort, victim, tablets in colocated.redundant:
            self.removals.begin(cohort, tablets=tablets, victim=victim)
        balancing = self.balancer.look()
        self.clones.refill(found.needs + colocated.needs + balancing)
        unsettled = any(b.decommissioned or not b.alive for b in cluster.backends.values())
        cluster.disturbed = bool(
            unsettled or balancing or found.restless or colocated.restless or self.clones.running or self.removals.waiting
        )

    def _remove_drained(self) -> None:
        for backend in self.backends.remove_drained():
            self.tell(f"drained backend {backend.address} ({backend.id}) removed by the frontend")

    def _empty_trash(self) -> None:
        for backend in self.cluster.backends.values():
            backend.disk.trash = 0

    def _leader_gone(self) -> None:
        """The scheduler is memory of the leader; the next one starts with an empty queue."""
        self.clones.clear()
        self.removals.clear()
        self.refreshes.forget()
        self.tell("the leader is gone")
