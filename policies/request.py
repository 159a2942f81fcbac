"""What a person asked for."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from policies.address import Address
from policies.record import Record


class OperationKind(StrEnum):
    """The kinds of operation there is a playbook for."""

    DECOMMISSION_BACKEND = "decommission-be"
    CANCEL_DECOMMISSION = "cancel-decommission"
    ADD_BACKEND = "add-be"
    ADD_COMPUTE_NODE = "add-cn"
    ADD_FOLLOWER = "add-follower"
    ADD_OBSERVER = "add-observer"
    DROP_BACKEND = "drop-be"
    DROP_COMPUTE_NODE = "drop-cn"
    DROP_FOLLOWER = "drop-follower"
    DROP_OBSERVER = "drop-observer"
    REPLACE_BACKEND = "replace-be"
    REBUILD_BACKEND = "rebuild-be"
    MIGRATE = "migrate"
    TUNE = "tune"
    BLACKLIST_BACKEND = "blacklist-be"
    BLACKLIST_COMPUTE_NODE = "blacklist-cn"
    UNBLACKLIST_BACKEND = "unblacklist-be"
    UNBLACKLIST_COMPUTE_NODE = "unblacklist-cn"
    RESTART_BACKEND = "restart-be"
    RESTART_COMPUTE_NODE = "restart-cn"
    RESTART_FRONTEND = "restart-fe"
    STOP_BACKEND = "stop-be"
    STOP_COMPUTE_NODE = "stop-cn"
    STOP_FRONTEND = "stop-fe"
    START_BACKEND = "start-be"
    START_COMPUTE_NODE = "start-cn"
    START_FRONTEND = "start-fe"
    RESTART_ALL = "restart-all"
    STOP_ALL = "stop-all"
    START_ALL = "start-all"
    REHEARSE = "rehearse"
    RESIZE_BACKEND = "resize-be"
    RESIZE_COMPUTE_NODE = "resize-cn"
    RESIZE_FRONTEND = "resize-fe"
    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    CREATE_IMAGE = "create-image"
    BACK_UP_METADATA = "backup-metadata"
    PAUSE_VIEWS = "pause-views"
    RESUME_VIEWS = "resume-views"


WHOLE = frozenset({OperationKind.STOP_ALL, OperationKind.START_ALL})
"""Operations in which nodes are down on purpose, in the end all of them."""


class Person(Record):
    """A chat user: who, of which workspace. `name` is for reading only and is never trusted."""

    id: str
    team: str
    name: str = ""
    enterprise: str = ""

    def same_as(self, other: "Person") -> bool:
        """Slack user ids are unique within a workspace or an enterprise, not beyond."""
        return self.id == other.id and (self.team == other.team or (bool(self.enterprise) and self.enterprise == other.enterprise))


class Request(Record):
    """One operation asked for; `id` is the operation's id from here on.

    `into` are the new nodes of an operation that puts some in the place of others; `names` what is named that is no node
    (materialized views and databases); `options` what `name=value` said.
    """

    id: str
    kind: OperationKind
    cluster: str
    targets: tuple[Address, ...]
    into: tuple[Address, ...] = ()
    names: tuple[str, ...] = ()
    options: dict[str, str] = Field(default_factory=dict)
    reason: str
    requester: Person
    channel: str
    asked_at: datetime

    @property
    def lock(self) -> str:
        """What the operation must have for itself: the cluster; to lend a setting only that one, beside a drain if need be."""
        if self.kind is not OperationKind.TUNE:
            return self.cluster
        return f"{self.cluster} {next((name for name in self.options if name != 'for'), 'settings')}"

    @property
    def command(self) -> str:
        """The request as it is typed, without cluster and reason."""
        words = [self.kind.value.replace("-", " "), *(str(target) for target in self.targets)]
        words += [f'"{name}"' if " " in name or "," in name else name for name in self.names]
        words += ["to", *(str(new) for new in self.into)] if self.into else []
        if self.options.get("all") == "yes":
            words.append("all")
        return " ".join([*words, *(f"{name}={value}" for name, value in self.options.items() if name != "all")])
