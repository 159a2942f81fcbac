"""Acts: what a step does, as data. The statement is written in policies.statements, its effect read in policies.effects."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from policies.address import Address
from policies.cluster import NodeKind
from policies.packages import StagePackages
from policies.record import Record


class DecommissionBackend(Record):
    """ALTER SYSTEM DECOMMISSION BACKEND: data moves away while the node keeps serving. Repeating it changes nothing."""

    kind: Literal["decommission_backend"] = "decommission_backend"
    address: Address
    backend_id: int


class CancelDecommission(Record):
    """CANCEL DECOMMISSION BACKEND: stops a drain; tablets that moved stay moved. Repeating it changes nothing."""

    kind: Literal["cancel_decommission"] = "cancel_decommission"
    address: Address
    backend_id: int


class DropBackend(Record):
    """ALTER SYSTEM DROP BACKEND of a drained node, never with FORCE. It cannot be undone."""

    kind: Literal["drop_backend"] = "drop_backend"
    address: Address
    backend_id: int


class AddNode(Record):
    """ALTER SYSTEM ADD …: lists a node. Its process may not run yet; one address for each statement."""

    kind: Literal["add_node"] = "add_node"
    role: NodeKind
    address: Address


class Ground(StrEnum):
    """Why a node may be dropped without a drain; each is looked at again right before the statement is sent."""

    JUST_ADDED = "just_added"
    EMPTY = "empty"
    DEAD = "dead"
    HOLDS_NO_DATA = "holds_no_data"


class DropNode(Record):
    """ALTER SYSTEM DROP …, never with FORCE: of a frontend or compute node, or of a backend that holds nothing to lose.

    `node_id` is the id that was approved; None for a frontend, and for a node that the plan itself adds.
    """

    kind: Literal["drop_node"] = "drop_node"
    role: NodeKind
    address: Address
    ground: Ground
    node_id: int | None = None


class SetSetting(Record):
    """ADMIN SET FRONTEND CONFIG: a value in the memory of the frontends, until a restart. Repeating it changes nothing."""

    kind: Literal["set_setting"] = "set_setting"
    name: str
    value: str


class SetVariable(Record):
    """SET GLOBAL: a default that new sessions begin with. It is metadata: journal and image keep it through restarts and
    elections (fe: qe/VariableMgr.java); a session that is open keeps what it had. Repeating it changes nothing.
    """

    kind: Literal["set_variable"] = "set_variable"
    name: str
    value: str


class SetBlacklist(Record):
    """ADD or DELETE … BLACKLIST on one frontend: its own memory, until it restarts. Repeating it changes nothing.

    Without `frontend` it is sent to every frontend that lives.
    """

    kind: Literal["set_blacklist"] = "set_blacklist"
    role: NodeKind
    address: Address
    node_id: int
    frontend: str = ""
    listed: bool


class CreateImage(Record):
    """ALTER SYSTEM CREATE IMAGE: the leader writes an image of the metadata and pushes it to every frontend, later."""

    kind: Literal["create_image"] = "create_image"


class SetView(Record):
    """ALTER MATERIALIZED VIEW … ACTIVE or INACTIVE. Of a view that is so already it changes nothing.

    INACTIVE ends a refresh that runs; ACTIVE starts one, except with REFRESH MANUAL (policies.view_refresh says of what).
    """

    kind: Literal["set_view"] = "set_view"
    database: str
    name: str
    active: bool


class RestartProcess(Record):
    """One job on the host: stop the process, wait until it is gone, start it. The node comes back even if we do not.

    `graceful` asks for a stop that lets running work end (stop script's `-g`). `patience_s` bounds the wait for the old
    process to go, in seconds of the host; then it is killed, unless it is a frontend, which is never killed.
    """

    kind: Literal["restart_process"] = "restart_process"
    role: NodeKind
    address: Address
    graceful: bool = True
    patience_s: float = 120.0


class StopProcess(Record):
    """One job on the host: stop the process and wait until it is gone.

    `left` stops only what the cluster lists no more; `ours` only a process that a job of ours has started.
    """

    kind: Literal["stop_process"] = "stop_process"
    role: NodeKind
    address: Address
    graceful: bool = True
    patience_s: float = 120.0
    left: bool = False
    ours: bool = False


class StartProcess(Record):
    """One job on the host: start the process where none runs.

    `helper` is for the first start of a frontend alone: the edit_log_port of a living member, from which it copies the
    metadata. What its meta_dir holds already must then be of the cluster `cluster_id`; any later start finds its group there.
    """

    kind: Literal["start_process"] = "start_process"
    role: NodeKind
    address: Address
    helper: Address | None = None
    cluster_id: int = 0


class PrepareStorage(Record):
    """One job on the host: see that a directory for tablets is there, empty and writable; make its last part if that is missing.

    Nothing in it is ever changed.
    """

    kind: Literal["prepare_storage"] = "prepare_storage"
    role: NodeKind
    address: Address
    path: str


class StagePackage(Record):
    """One job on the host: unpack and verify a version's package beside the installation, which is not touched."""

    kind: Literal["stage_package"] = "stage_package"
    role: NodeKind
    address: Address
    version: str


class SwapPackage(Record):
    """One job on the host: stop, put the staged `version` in place of `old`, keep `old` under its name, start.

    With `roll_back` it puts a kept version back instead of a staged one. With `only_if_cut` it begins no swap: it goes on with
    one that was cut, and starts the process.
    """

    kind: Literal["swap_package"] = "swap_package"
    role: NodeKind
    address: Address
    version: str
    old: str
    roll_back: bool = False
    only_if_cut: bool = False
    graceful: bool = True
    patience_s: float = 120.0


class EditConf(Record):
    """One job on the host: set one key of the node's conf file, if it still has the value `old` (None: not set)."""

    kind: Literal["edit_conf"] = "edit_conf"
    role: NodeKind
    address: Address
    key: str
    value: str
    old: str | None


class SetStorage(Record):
    """One job on the host: another `storage_root_path` for a backend that was drained, has left, and does not run.

    If its conf file still says `old` (None: not set). What lies in the old directories stays there.
    """

    kind: Literal["set_storage"] = "set_storage"
    role: NodeKind
    address: Address
    path: str
    old: str | None


class BackUpMeta(Record):
    """One job on a frontend's host: a copy of its meta directory with checksums, for its owner only; keep the newest `keep`."""

    kind: Literal["back_up_meta"] = "back_up_meta"
    role: NodeKind
    address: Address
    label: str
    keep: int = 5


class RehearseMetadata(Record):
    """One job on a spare host: a frontend of `version` starts from the copy `label` of the leader's metadata, alone.

    The copy is brought there first. It runs in a network of its own with no way out, and nothing of it is left afterwards.
    `source` is the leader; `forbidden` are addresses of the cluster that must not answer from inside; `flag` is what this
    version calls the switch that makes it a group of its own.
    """

    kind: Literal["rehearse_metadata"] = "rehearse_metadata"
    role: NodeKind
    address: Address
    version: str
    label: str
    source: Address
    flag: str
    forbidden: tuple[Address, ...] = ()
    patience_s: float = 1_800.0


class ForgetRehearsal(Record):
    """One job on the spare host: end the rehearsal `label` if it still runs, and delete its copy of the metadata."""

    kind: Literal["forget_rehearsal"] = "forget_rehearsal"
    role: NodeKind
    address: Address
    label: str


class AskPerson(Record):
    """Something on a host that a person does: the words and the exact lines to copy. Seen to be done by the step's `until`.

    It is asked only when it is not already done `grace` cluster seconds after the step began.
    """

    kind: Literal["ask_person"] = "ask_person"
    address: Address
    task: str
    commands: tuple[str, ...] = ()
    grace: float = 0.0


HostAct = (
    RestartProcess | StopProcess | StartProcess | PrepareStorage | StagePackage | SwapPackage | EditConf | SetStorage
    | BackUpMeta | RehearseMetadata | ForgetRehearsal
)  # fmt: skip
"""Carried out by a host driver as a detached job with an id; StagePackages is many of them. The others are statements, or a
person's work."""

Act = Annotated[
    DecommissionBackend
    | CancelDecommission
    | DropBackend
    | AddNode
    | DropNode
    | SetSetting
    | SetVariable
    | SetBlacklist
    | SetView
    | CreateImage
    | RestartProcess
    | StopProcess
    | StartProcess
    | PrepareStorage
    | StagePackage
    | SwapPackage
    | EditConf
    | SetStorage
    | BackUpMeta
    | RehearseMetadata
    | ForgetRehearsal
    | StagePackages
    | AskPerson,
    Field(discriminator="kind"),
]
