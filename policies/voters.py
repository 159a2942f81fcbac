"""Votes of the frontends: how many there are, how many are needed, and what a join or a drop does to them.

BDBJE acknowledges a write by a simple majority of the followers, the leader counted in; observers never count
(fe: journal/bdbje/BDBEnvironment.java, ack policy SIMPLE_MAJORITY). StarRocks itself checks none of this on DROP
(fe: server/NodeMgr.java dropFrontend).
"""

from policies.address import Address
from policies.cluster import ClusterState, Frontend, Role
from policies.record import Record


class Votes(Record):
    """Followers in total and alive."""

    total: int
    alive: int

    @property
    def majority(self) -> int:
        return self.total // 2 + 1

    @property
    def hold(self) -> bool:
        """Whether writes are acknowledged."""
        return self.alive >= self.majority

    @property
    def spare(self) -> int:
        """How many more may die before writes stop; negative when they have stopped."""
        return self.alive - self.majority

    @property
    def words(self) -> str:
        return f"{self.alive} of {self.total} voting frontends alive, {self.majority} needed"


def voters(state: ClusterState) -> tuple[Frontend, ...]:
    """The followers, the leader among them."""
    return tuple(f for f in state.frontends if f.role is not Role.OBSERVER)


def votes(state: ClusterState) -> Votes:
    found = voters(state)
    return Votes(total=len(found), alive=sum(f.alive for f in found))


def after_drop(state: ClusterState, leaving: Address) -> Votes:
    """The votes once this follower is dropped."""
    now, row = votes(state), next((f for f in voters(state) if f.address == leaving), None)
    if row is None:
        return now
    return Votes(total=now.total - 1, alive=now.alive - row.alive)


def after_add(state: ClusterState, count: int = 1) -> Votes:
    """The votes once so many followers have been added and live."""
    now = votes(state)
    return Votes(total=now.total + count, alive=now.alive + count)


def can_stop(state: ClusterState) -> bool:
    """Whether one living follower may be stopped and the rest still acknowledge writes."""
    return votes(state).spare >= 1


def why_not_drop(state: ClusterState, leaving: Address) -> str | None:
    """Why dropping this follower would cost the majority, now or afterwards; None when it would not.

    The drop is itself a replicated write: it needs the majority of now, and must leave one.
    """
    now, then = votes(state), after_drop(state, leaving)
    if not now.hold:
        return f"Without a majority no drop can take effect: {now.words}."
    if then.total == 0:
        return f"{leaving} is the only voting frontend."
    if not then.hold:
        return f"Without {leaving} the frontends would lose their majority: {then.words}."
    return None
