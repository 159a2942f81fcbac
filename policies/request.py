"""What a person asked for."""

from datetime import datetime
from enum import StrEnum

from policies.address import Address
from policies.record import Record


class OperationKind(StrEnum):
    """The kinds of operation there is a playbook for."""

    DECOMMISSION_BACKEND = "decommission-be"


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
    """One operation asked for; `id` is the operation's id from here on."""

    id: str
    kind: OperationKind
    cluster: str
    targets: tuple[Address, ...]
    reason: str
    requester: Person
    channel: str
    asked_at: datetime
