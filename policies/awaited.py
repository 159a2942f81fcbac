"""What a step waits to see, as data. policies.conditions reads it from a look at the cluster."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from policies.address import Address
from policies.awaited_conf import ConfIs
from policies.awaited_whole import AllAlive, LeaderThere, ProcessesGone, ProcessesRun
from policies.cluster import NodeKind
from policies.packages import PackagesStaged
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
    """The node is alive and runs exactly `version` (empty: any); a frontend has joined and its journal is near the leader's.

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
    """Nothing answers at `port` of the node's host any more: its process was stopped. Where a driver has looked at the host,
    it must show no process either; that alone counts where the port cannot be tried.
    """

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


class VariableIs(Record):
    """The leader has this value of a global variable; the others replay it from its journal."""

    kind: Literal["variable_is"] = "variable_is"
    name: str
    value: str


class LeaseOver(Record):
    """The time of a lent setting is over, in cluster seconds."""

    kind: Literal["lease_over"] = "lease_over"
    name: str
    value: str
    seconds: float


class OnBlacklist(Record):
    """One frontend has the node on its blacklist, or has it not (`listed` False); without `frontend` every living one."""

    kind: Literal["on_blacklist"] = "on_blacklist"
    address: Address
    node_id: int
    frontend: str = ""
    listed: bool


class NodeRestarted(Record):
    """The node runs a process that was started anew: alive, exactly `version`, its start time is not `before`.

    A frontend has joined too, is near the leader's journal, and somebody leads. A quick restart never shows in `Alive`
    (StarRocks issue 64958), so the start time decides.
    """

    kind: Literal["node_restarted"] = "node_restarted"
    role: NodeKind
    address: Address
    version: str
    before: datetime | None


class NodeStopped(Record):
    """The node's process is gone from its host, and the cluster does not call it alive any more."""

    kind: Literal["node_stopped"] = "node_stopped"
    role: NodeKind
    address: Address


class ClusterSettled(Record):
    """After a node came back: nobody is down, colocate groups are stable and no more than `unhealthy` tablets are
    unhealthy, which is what there were before.

    `idle` wants an empty tablet scheduler too; that is never asked while balancing goes on, since it never ends.
    """

    kind: Literal["cluster_settled"] = "cluster_settled"
    address: Address
    unhealthy: int
    idle: bool = False


class FrontendAnswers(Record):
    """A query through this very frontend is answered, by a backend or compute node too: it does not only call itself alive."""

    kind: Literal["frontend_answers"] = "frontend_answers"
    address: Address


class AllAtVersion(Record):
    """Every node of the cluster is alive and runs `version`; `address` is the node that was brought to it last."""

    kind: Literal["all_at_version"] = "all_at_version"
    address: Address
    version: str


class HostJobDone(Record):
    """The job that the step began on the node's host has ended well; `what` names its result."""

    kind: Literal["host_job_done"] = "host_job_done"
    address: Address
    what: str


class RoutineLoadsTold(Record):
    """The routine loads were looked at, and those that are paused are told: nobody else tells it after a roll."""

    kind: Literal["routine_loads_told"] = "routine_loads_told"


class ImageEverywhere(Record):
    """Every living frontend has an image of the metadata that is no older than the leader's journal when the step began."""

    kind: Literal["image_everywhere"] = "image_everywhere"


class ViewIs(Record):
    """The materialized view is active, or is not. One that was dropped needs nothing any more."""

    kind: Literal["view_is"] = "view_is"
    database: str
    name: str
    active: bool


class ExpectedRefresh(Record):
    """A refresh that begins after the one that began at `before`, as the cluster prints that time (empty: none yet)."""

    database: str
    name: str
    before: str


class ViewsRefreshed(Record):
    """Each view has been refreshed since; one that begins none within a while is told and not waited for."""

    kind: Literal["views_refreshed"] = "views_refreshed"
    views: tuple[ExpectedRefresh, ...]


class GoAhead(Record):
    """A person has looked and wants the operation to go on: it pauses here by itself until somebody resumes it."""

    kind: Literal["go_ahead"] = "go_ahead"
    address: Address
    seen: str


SettingCondition = SettingIs | LeaseOver
DrainCondition = BackendLeaving | BackendDrained | BackendGone | BackendStaying
ViewCondition = ViewIs | ViewsRefreshed
NodeCondition = NodeListed | NodeUp | NodeUnlisted | TabletsArriving | LeaderElsewhere | ProcessSilent
ProcessCondition = (
    NodeRestarted | NodeStopped | ClusterSettled | FrontendAnswers | AllAtVersion | HostJobDone | PackagesStaged | GoAhead | ConfIs
    | RoutineLoadsTold
)  # fmt: skip
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
    | VariableIs
    | LeaseOver
    | OnBlacklist
    | NodeRestarted
    | NodeStopped
    | ClusterSettled
    | FrontendAnswers
    | AllAtVersion
    | HostJobDone
    | RoutineLoadsTold
    | PackagesStaged
    | GoAhead
    | ConfIs
    | ViewIs
    | ViewsRefreshed
    | ImageEverywhere
    | ProcessesGone
    | ProcessesRun
    | LeaderThere
    | AllAlive,
    Field(discriminator="kind"),
]
