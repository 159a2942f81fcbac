"""What a typed command turns out to be: something to answer, something to plan, or a mistake."""

from enum import StrEnum
from typing import Protocol

from pydantic import Field

from policies.address import Address
from policies.record import Record
from policies.request import OperationKind

COMMAND = "/sr"


class Question(StrEnum):
    """What can be asked without changing anything."""

    STATUS = "status"
    NODES = "nodes"
    BALANCE = "balance"
    VIEWS = "views"
    HOSTS = "hosts"
    RESTORE = "restore"
    OPS = "ops"
    LOCK = "lock"


class Ask(Record):
    """A question; `cluster` is None only for OPS, which then means every cluster."""

    question: Question
    cluster: str | None = None


class Show(Record):
    """`/sr show OP`: one operation, by its id."""

    operation: str


class Help(Record):
    """`/sr help [topic]`; an empty topic is the overview."""

    topic: str = ""


class Operate(Record):
    """An operation to plan. `dry_run` shows the plan and never offers approval; `checks_only` shows its checks alone."""

    kind: OperationKind
    targets: tuple[Address, ...]
    cluster: str
    into: tuple[Address, ...] = ()
    names: tuple[str, ...] = ()
    options: dict[str, str] = Field(default_factory=dict)
    reason: str = ""
    dry_run: bool = False
    checks_only: bool = False


class Mistake(Record):
    """What was wrong (`sentence`), what would be right, and the command to type next.

    All three are plain text without control characters; backticks in them are ours and mark code.
    """

    sentence: str
    right: str
    next: str


Command = Ask | Show | Help | Operate


class MenuEntry(Protocol):
    """What the grammar and the help need of a playbook's menu line (policies.playbooks.Entry)."""

    @property
    def kind(self) -> OperationKind: ...
    @property
    def words(self) -> tuple[str, ...]: ...
    @property
    def usage(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def example(self) -> str: ...
    @property
    def operation_class(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def into(self) -> bool: ...
    @property
    def options(self) -> tuple[str, ...]: ...
    @property
    def nodes(self) -> bool: ...
    @property
    def all_of(self) -> bool: ...
    @property
    def names(self) -> str: ...
