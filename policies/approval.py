"""Who may decide what: judged at the click, again in the worker, and again at the start. Every answer is a sentence."""

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from pydantic import Field

from policies.operation import Decision, DecisionKind, Operation, OperationState
from policies.record import Record
from policies.request import Person

D = DecisionKind
S = OperationState
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Window(Record):
    """When approvals count: weekdays and local times; `until` before `since` runs over midnight."""

    days: tuple[str, ...] = DAYS
    since: time = time(0, 0)
    until: time = time(23, 59, 59)
    zone: str = "UTC"

    def open_at(self, now: datetime) -> bool:
        local = now.astimezone(ZoneInfo(self.zone))
        day, clock = DAYS[local.weekday()], local.time()
        if self.since <= self.until:
            return day in self.days and self.since <= clock <= self.until
        before = DAYS[(local.weekday() - 1) % 7]
        return (day in self.days and clock >= self.since) or (before in self.days and clock <= self.until)


class ApprovalPolicy(Record):
    """For one class of operation on one cluster."""

    approvers: tuple[str, ...] = ()
    approver_groups: tuple[str, ...] = ()
    quorum: int = Field(default=1, ge=1)
    expires_s: float = Field(default=3600.0, gt=0)
    windows: tuple[Window, ...] = ()
    allow_guests: bool = False


class Member(Record):
    """What Slack says of a person right now; `groups` are the user groups they are in, of those the policy names."""

    person: Person
    deleted: bool = False
    is_bot: bool = False
    is_guest: bool = False
    is_stranger: bool = False
    groups: frozenset[str] = frozenset()


def judge(
    decision: Decision, operation: Operation, member: Member, policy: ApprovalPolicy, home_team: str, now: datetime
) -> str | None:
    """Why this person may not decide this now, as a sentence for them alone; None when they may."""
    return (
        _outsider(member, policy, home_team)
        or _too_late(decision, operation, now)
        or _old_card(decision, operation)
        or _not_theirs(decision, operation, member, policy, now)
    )


def _outsider(member: Member, policy: ApprovalPolicy, home_team: str) -> str | None:
    if member.is_stranger or (home_team and member.person.team != home_team):
        return "Only people of this workspace can decide here; you belong to another organisation."
    if member.deleted or member.is_bot:
        return "This account cannot decide: it is deactivated, or a bot."
    if member.is_guest and not policy.allow_guests:
        return "Guests of the workspace cannot decide about operations."
    return None


def _too_late(decision: Decision, operation: Operation, now: datetime) -> str | None:
    if decision.kind in operation.choices():
        expired = operation.expires_at is not None and now >= operation.expires_at
        if decision.kind is D.APPROVE and expired:
            return f"The plan of {operation.id} has expired. Ask again to get a fresh plan."
        return None
    if operation.state.terminal:
        return f"{operation.id} is over ({_words(operation.state)}): there is nothing left to decide."
    return f"{operation.id} is {_words(operation.state)} now: it cannot take “{decision.kind.value}” any more."


def _old_card(decision: Decision, operation: Operation) -> str | None:
    bound = decision.kind in {D.APPROVE, D.REJECT} and operation.state is not S.QUEUED
    if bound and decision.digest != operation.digest:
        return "That card shows an older plan. Read the new plan on the current card, then decide there."
    return None


def is_approver(member: Member, policy: ApprovalPolicy) -> bool:
    """Named by id, or in a named user group."""
    return member.person.id in policy.approvers or bool(member.groups & set(policy.approver_groups))


def _not_theirs(
    decision: Decision, operation: Operation, member: Member, policy: ApprovalPolicy, now: datetime
) -> str | None:
    requester = member.person.same_as(operation.request.requester)
    approver = is_approver(member, policy)
    if decision.kind is D.APPROVE:
        return _may_not_approve(operation, member, policy, requester, approver, now)
    if decision.kind is D.REJECT:
        return None if approver else "Only approvers can reject; the requester can take the request back."
    if decision.kind in {D.SKIP, D.CLOSE}:
        if approver and not requester:
            return None
        return "This needs an approver who is not the requester."
    if requester or approver:
        return None
    return "Only the requester or an approver can do this."


def _may_not_approve(
    operation: Operation, member: Member, policy: ApprovalPolicy, requester: bool, approver: bool, now: datetime
) -> str | None:
    if requester:
        return "You asked for this operation, so someone else has to approve it."
    if not approver:
        return "You are not an approver for this cluster. Its approvers are named in the settings of `sr`."
    if any(v.person.same_as(member.person) and v.digest == operation.digest for v in operation.votes):
        return "You have approved this plan already."
    if not _window_open(policy, now):
        return "Approvals for this cluster count only in its change window, and it is closed now."
    return None


def _window_open(policy: ApprovalPolicy, now: datetime) -> bool:
    return not policy.windows or any(window.open_at(now) for window in policy.windows)


def quorum_met(operation: Operation, policy: ApprovalPolicy) -> bool:
    """Enough different people, the requester not among them, said yes to exactly the current plan."""
    voters = {
        vote.person.id
        for vote in operation.votes
        if vote.digest == operation.digest and not vote.person.same_as(operation.request.requester)
    }
    return len(voters) >= policy.quorum


def standing(
    operation: Operation, members: Sequence[Member], policy: ApprovalPolicy, home_team: str, now: datetime
) -> tuple[str, ...]:
    """At the start: which of the votes no longer count, in words; empty when all stand."""
    problems = []
    for member in members:
        why = _outsider(member, policy, home_team)
        if why is None and not is_approver(member, policy):
            why = "no longer an approver"
        if why:
            problems.append(f"The approval of {member.person.name or member.person.id} no longer counts: {why}")
    if not _window_open(policy, now):
        problems.append("The change window has closed meanwhile.")
    return tuple(problems)


def _words(state: OperationState) -> str:
    return state.value.replace("_", " ")
