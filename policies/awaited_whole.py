"""What the steps of a whole cluster's stop and start wait to see, as data: some of it while no frontend answers."""

from typing import Literal

from policies.address import Address
from policies.cluster import NodeKind
from policies.record import Record


class ProcessesGone(Record):
    """No process of these nodes runs on its host any more: told by the hosts, or by their ports, and by no frontend."""

    kind: Literal["processes_gone"] = "processes_gone"
    role: NodeKind
    addresses: tuple[Address, ...]

    @property
    def address(self) -> Address:
        return self.addresses[0]


class ProcessesRun(Record):
    """A process of each of these nodes runs on its host: told by the hosts, or by their ports. It need not serve yet."""

    kind: Literal["processes_run"] = "processes_run"
    role: NodeKind
    addresses: tuple[Address, ...]

    @property
    def address(self) -> Address:
        return self.addresses[0]


class LeaderThere(Record):
    """A frontend answers and one leads; `address` is the one that led last. Until then none answering is no trouble."""

    kind: Literal["leader_there"] = "leader_there"
    address: Address


class AllAlive(Record):
    """The cluster calls each of these nodes alive. Until then no frontend answering is no trouble."""

    kind: Literal["all_alive"] = "all_alive"
    addresses: tuple[Address, ...]

    @property
    def address(self) -> Address:
        return self.addresses[0]


HostCondition = ProcessesGone | ProcessesRun
"""Told by hosts alone: no statement is sent for it."""
ComingUp = LeaderThere | AllAlive
"""Told by frontends, which may all be down still."""
WholeCondition = HostCondition | ComingUp
