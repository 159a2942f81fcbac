"""What a step waits to see, as data. policies.conditions reads it from a look at the cluster."""

from typing import Annotated, Literal

from pydantic import Field

from policies.address import Address
from policies.cluster import NodeKind
from policies.record import Record


class BackendLeaving(Record):
    """The node is listed with this id and its decommission flag is set."""

    kind: Literal["backend_leaving"] = "backend_leaving"
    address: Address
    backend_id: int


class BackendDrained(Record):
    """The node is gone from the list, or it has held no tablet for two looks that lie `pacing.second_look_after` apart."""

    kind: Literal["backend_drained"] = "backend_drained"
    address: Address
    backend_id: int


class BackendGone(Record):
    """No node with this id is listed any more."""

    kind: Literal["backend_gone"] = "backend_gone"
    address: Address
    backend_id: int


class BackendStaying(Record):
    """The node is listed with this id and its decommission flag is not set."""

    kind: Literal["backend_staying"] = "backend_staying"
    address: Address
    backend_id: int


class NodeListed(Record):
    """A node of this role is listed at this address, whatever its state."""

    kind: Literal["node_listed"] = "node_listed"
    role: NodeKind
    address: Address


class NodeUp(Record):
    """The node is alive and runs exactly `version`; a frontend has joined and its journal is near the leader's.

    `more_than` is what a rebuilt backend's disks must exceed in total, in bytes; 0 asks for nothing.
    """

    kind: Literal["node_up"] = "node_up"
    role: NodeKind
    address: Address
    version: str
    more_than: int = 0


class NodeUnlisted(Record):
    """No node of this role is listed at this address."""

    kind: Literal["node_unlisted"] = "node_unlisted"
    role: NodeKind
    address: Address


class TabletsArriving(Record):
    """The balancer has put tablets on a new backend; after a while without any the step ends and says so."""

    kind: Literal["tablets_arriving"] = "tablets_arriving"
    address: Address


class LeaderElsewhere(Record):
    """Another frontend leads, and this one is back as a living follower or is not alive."""

    kind: Literal["leader_elsewhere"] = "leader_elsewhere"
    address: Address


class ProcessSilent(Record):
    """Nothing answers at `port` of the node's host any more: its process was stopped."""

    kind: Literal["process_silent"] = "process_silent"
    address: Address
    port: int

    @property
    def probed(self) -> Address:
        return Address(host=self.address.host, port=self.port)


class SettingIs(Record):
    """Every frontend that answers has this value."""

    kind: Literal["setting_is"] = "setting_is"
    name: str
    value: str


class LeaseOver(Record):
    """The time of a lent setting is over, in cluster seconds."""

    kind: Literal["lease_over"] = "lease_over"
    name: str
    value: str
    seconds: float


class OnBlacklist(Record):
    """One frontend has the node on its blacklist, or has it not (`listed` False)."""

    kind: Literal["on_blacklist"] = "on_blacklist"
    address: Address
    node_id: int
    frontend: str
    listed: bool


SettingCondition = SettingIs | LeaseOver
DrainCondition = BackendLeaving | BackendDrained | BackendGone | BackendStaying
NodeCondition = NodeListed | NodeUp | NodeUnlisted | TabletsArriving | LeaderElsewhere | ProcessSilent
Condition = Annotated[
    BackendLeaving
    | BackendDrained
    | BackendGone
    | BackendStaying
    | NodeListed
    | NodeUp
    | NodeUnlisted
    | TabletsArriving
    | LeaderElsewhere
    | ProcessSilent
    | SettingIs
    | LeaseOver
    | OnBlacklist,
    Field(discriminator="kind"),
]
