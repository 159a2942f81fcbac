"""The plan: what will run, what it relies on, and the digest that an approval is given to.

Acts and conditions are data. A plan can be shown, stored, hashed and compared; nothing in it is a live object.
"""

import hashlib
import json
from datetime import datetime
from enum import StrEnum

from policies.acts import Act
from policies.address import Address
from policies.awaited import (
    AllAtVersion,
    Condition,
    GoAhead,
    HostJobDone,
    ImageEverywhere,
    RoutineLoadsTold,
    SettingCondition,
    VariableIs,
)
from policies.cluster import NodeKind
from policies.packages import PackagesStaged
from policies.record import Record
from policies.request import OperationKind


class Verdict(StrEnum):
    """How a finding bears on the plan: block refuses it, warn is shown to the approvers, ok is evidence."""

    BLOCK = "block"
    WARN = "warn"
    OK = "ok"


class Finding(Record):
    """A check's verdict: one sentence with the evidence, and what to do about it (empty when nothing is needed).

    `told` marks an ok that approvers should read all the same: the order of the stages, what was left out and why.
    """

    check: str
    verdict: Verdict
    sentence: str
    advice: str = ""
    told: bool = False


class Step(Record):
    """*act* (what to do; None means only wait) + *until* (what must then be seen) + *undo* (if there is one).

    `group` names what the step belongs to (a node); undo works within one group, from the step in hand backwards.
    `point_of_no_return` means: once this step's act has been sent, its group can no longer be undone. `deadline` is how
    long, in cluster seconds, the step may wait for `until` before a person is asked; None waits as long as it takes.
    An `undo_until` without an `undo` is only waited for when the group is undone.
    `lent` marks an act whose effect is only borrowed: until a later step does what its undo does, every abort does it,
    whatever group is in hand, and it is held meanwhile (policies.leasing).
    """

    id: str
    group: str
    title: str
    act: Act | None
    until: Condition
    undo: Act | None = None
    undo_until: Condition | None = None
    point_of_no_return: bool = False
    skippable: bool = False
    lent: bool = False
    deadline: float | None = None
    advice: str = ""


class Fact(Record):
    """Something the plan relies on. Numbers may move by `tolerance` before the plan counts as overtaken; None = exact."""

    key: str
    label: str
    value: str | int
    tolerance: int | None = None


class Estimate(Record):
    """Time the operation will take, in wall-clock seconds, as a range; both None means unknown. `reason` says from what.

    With `drains`, the number of measured ones that it rests on: half of such drains end by `low_s`, nine in ten by `high_s`.
    """

    low_s: float | None
    high_s: float | None
    reason: str
    drains: int = 0


class NodeRoom(Record):
    """A backend's disks before and after: bytes used of `data_total`, and the worst disk's share. None when it leaves."""

    address: Address
    total: int
    used_before: int
    used_after: int | None
    worst_disk_before: float
    worst_disk_after: float | None


class ChecklistItem(Record):
    """Something that no machine can see and a person signs: a line to tick, one below it, and where it is asked for."""

    id: str
    words: str
    hint: str = ""
    source: str


class Serving(Record):
    """Where a node is asked for its metrics and, if it is a frontend, for queries; 0 where that is not known."""

    role: NodeKind
    address: Address
    http_port: int = 0
    query_port: int = 0


class Plan(Record):
    """Ordered steps with everything a person needs to judge them.

    `about` is what it concerns where that is no node, and `group_word` what a group of its steps is called; `command` is what
    was typed for it; `to_prepare` is what a person does on hosts beforehand; `done_words` is what may be
    said when all steps are done. `checklist` is what a person signs before it is approved (policies.checklist); `serving`
    are the ports of the nodes that come and go, for what others do afterwards (policies.follow_ups).
    """

    operation: str
    revision: int
    kind: OperationKind
    cluster: str
    made_at: datetime
    title: str
    reason: str
    targets: tuple[Address, ...]
    about: str = ""
    group_word: str = "node"
    command: str = ""
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    facts: tuple[Fact, ...]
    estimate: Estimate
    room: tuple[NodeRoom, ...] = ()
    tablets_to_move: int = 0
    bytes_to_move: int = 0
    unhealthy_baseline: int = 0
    undo_words: str = ""
    done_words: str = ""
    to_prepare: tuple[str, ...] = ()
    checklist: tuple[ChecklistItem, ...] = ()
    serving: tuple[Serving, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 over intent, targets, steps, the form and the facts relied on: what an approval is given to."""
        bound: dict[str, object] = {
            "cluster": self.cluster,
            "facts": [fact.model_dump(mode="json") for fact in self.facts],
            "kind": self.kind.value,
            "operation": self.operation,
            "revision": self.revision,
            "steps": [step.model_dump(mode="json") for step in self.steps],
            "targets": [str(target) for target in self.targets],
        }
        if self.checklist:  # A plan without a form keeps the digest that it had before there were forms.
            bound["checklist"] = [item.model_dump(mode="json") for item in self.checklist]
        text = json.dumps(bound, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def blocked(self) -> bool:
        return any(finding.verdict is Verdict.BLOCK for finding in self.findings)

    @property
    def groups(self) -> tuple[str, ...]:
        """The step groups in order, each once."""
        return tuple(dict.fromkeys(step.group for step in self.steps))

    @property
    def nodes_in_hand(self) -> tuple[str, ...]:
        """The groups that are about nodes, in order: what is lent meanwhile, packages, people's part and final looks are none."""
        beside = SettingCondition | VariableIs | ImageEverywhere | HostJobDone | PackagesStaged | AllAtVersion | GoAhead
        beside |= RoutineLoadsTold
        return tuple(dict.fromkeys(step.group for step in self.steps if not isinstance(step.until, beside)))
