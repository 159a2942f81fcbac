"""Who may decide what: judged at the click, again in the worker, and again at the start. Every answer is a sentence."""

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator

from policies.checklist import still_open
from policies.operation import Decision, DecisionKind, Operation, OperationState
from policies.record import Record
from policies.request import Person

D = DecisionKind
S = OperationState
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Window(Record):
    """When approvals count: weekdays and local times in an IANA zone.

    `until` belongs to the window; before `since` it means the next day, and `days` names the day it begins.
    Raises ValidationError for a day or a zone that does not exist: a window that never opens helps nobody.
    """

    days: tuple[str, ...] = DAYS
    since: time = time.min
    until: time = time.max
    zone: str = "UTC"

    @field_validator("days")
    @classmethod
    def _known_days(cls, days: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [day for day in days if day not in DAYS]
        if unknown or not days:
            raise ValueError(f"days are {', '.join(DAYS)}; not {', '.join(unknown) or 'none'}")
        return days

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"{zone!r} is no IANA zone; one is 'Europe/Berlin'")
        return zone

    def open_at(self, now: datetime) -> bool:
        local = now.astimezone(ZoneInfo(self.zone))
        day, clock = DAYS[local.weekday()], local.time()
        if self.since <= self.until:
            return day in self.days and self.since <= clock <= self.until
        before = DAYS[(local.weekday() - 1) % 7]
        return (day in self.days and clock >= self.since) or (before in self.days and clock <= self.until)

    @property
    def words(self) -> str:
        """`mon, tue 22:00 to 04:00 (Europe/Berlin)`."""
        days = "every day" if set(self.days) == set(DAYS) else ", ".join(self.days)
        return f"{days} {self.since:%H:%M} to {self.until:%H:%M} ({self.zone})"


class ApprovalPolicy(Record):
    """For one class of operation on one cluster."""

    approvers: tuple[str, ...] = ()
    approver_groups: tuple[str, ...] = ()
    quorum: int = Field(default=1, ge=1)
    expires_s: float = Field(default=3600.0, gt=0)
    windows: tuple[Window, ...] = ()
    allow_guests: bool = False


class Member(Record):
    """What Slack says of a person right now.

    `groups` are the user groups they are in, of those the policy names; None when Slack did not say.
    """

    person: Person
    deleted: bool = False
    is_bot: bool = False
    is_guest: bool = False
    is_stranger: bool = False
    groups: frozenset[str] | None = frozenset()


UNSIGNED = (
    "The checklist of this plan is not signed yet. Whoever prepared the hosts signs it, the requester or anybody else of this "
    "workspace: *Sign checklist…* on the card. Then approve here."
)


def judge(
    decision: Decision, operation: Operation, member: Member, policy: ApprovalPolicy, home_team: str, now: datetime
) -> str | None:
    """Why this person may not decide this now, as a sentence for them alone; None when they may."""
    outside = outsider(member, policy, home_team)
    return (
        (outside.to_them if outside else None)
        or _too_late(decision, operation, now)
        or _old_card(decision, operation)
        or _not_theirs(decision, operation, member, policy, now)
    )


class Outside(Record):
    """Why somebody has no say at all, to themselves and to others."""

    to_them: str
    of_them: str


STRANGER = Outside(
    to_them="Only people of this workspace can decide here; you belong to another organisation.",
    of_them="they belong to another organisation.",
)
NO_PERSON = Outside(
    to_them="This account cannot decide: it is deactivated, or a bot.",
    of_them="the account is deactivated, or a bot.",
)
GUEST = Outside(
    to_them="Guests of the workspace cannot decide about operations; ask a member to do it.",
    of_them="they are a guest of the workspace.",
)


def outsider(member: Member, policy: ApprovalPolicy, home_team: str) -> Outside | None:
    """Whether somebody is outside the circle of those who may decide anything."""
    if member.is_stranger or member.person.team != home_team:
        return STRANGER
    if member.deleted or member.is_bot:
        return NO_PERSON
    if member.is_guest and not policy.allow_guests:
        return GUEST
    return None


def _too_late(decision: Decision, operation: Operation, now: datetime) -> str | None:
    if decision.kind in operation.choices():
        expired = operation.expires_at is not None and now >= operation.expires_at
        if decision.kind in {D.APPROVE, D.SIGN} and expired:
            return f"The plan of {operation.id} has expired. Ask again to get a fresh plan."
        return None
    signed = _signed_already(decision, operation)
    if signed:
        return signed
    if operation.state.terminal:
        return f"{operation.id} is over ({_words(operation.state)}): there is nothing left to decide."
    return f"{operation.id} is {_words(operation.state)} now: it cannot take “{decision.kind.value}” any more."


def _signed_already(decision: Decision, operation: Operation) -> str | None:
    by = None
    if decision.kind is D.SIGN and operation.state is S.AWAITING_APPROVAL and operation.signed is not None:
        by = operation.signed.person
    elif decision.kind is D.FOLLOW_UP and operation.follow_ups is not None:
        by = operation.follow_ups.done_by
    if by is None:
        return None
    what = "The checklist of this plan" if decision.kind is D.SIGN else "This"
    return f"{what} is signed already, by {'you' if decision.person.same_as(by) else by.name or by.id}."


def _old_card(decision: Decision, operation: Operation) -> str | None:
    bound = decision.kind in {D.APPROVE, D.REJECT, D.SIGN} and operation.state is not S.QUEUED
    if bound and decision.digest != operation.digest:
        return "That card shows an older plan. Read the new plan on the current card, then decide there."
    return None


def is_approver(member: Member, policy: ApprovalPolicy) -> bool:
    """Named by id, or in a named user group; unknown groups make nobody an approver."""
    return member.person.id in policy.approvers or bool((member.groups or frozenset()) & set(policy.approver_groups))


def _perhaps_approver(member: Member, policy: ApprovalPolicy) -> bool:
    """Their groups would decide it, and Slack did not say which these are."""
    return member.groups is None and bool(policy.approver_groups) and not is_approver(member, policy)


def _not_theirs(
    decision: Decision, operation: Operation, member: Member, policy: ApprovalPolicy, now: datetime
) -> str | None:
    if decision.kind is D.SIGN:
        return _not_all_ticked(decision, operation)
    if decision.kind is D.FOLLOW_UP:
        return None
    requester = member.person.same_as(operation.request.requester)
    approver = is_approver(member, policy)
    if not requester and _perhaps_approver(member, policy):
        return "Slack could not say which user groups you are in, so nobody can tell if you are an approver. Try again."
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


def _not_all_ticked(decision: Decision, operation: Operation) -> str | None:
    """Anybody of the workspace may sign, the requester too: whoever prepared the hosts knows, and a signature permits nothing."""
    left = still_open(operation.checklist, decision.items)
    if not left:
        return None
    return f"Not signed: a checklist is signed as a whole. Still open: {'; '.join(item.words for item in left)}."


def _may_not_approve(
    operation: Operation, member: Member, policy: ApprovalPolicy, requester: bool, approver: bool, now: datetime
) -> str | None:
    if requester:
        return "You asked for this operation, so someone else has to approve it."
    if not approver:
        return "You are not an approver for this cluster. Its approvers are named in the settings of `sr`."
    if any(v.person.same_as(member.person) and v.digest == operation.digest for v in operation.votes):
        return "You have approved this plan already."
    if operation.unsigned:
        return UNSIGNED
    if not _window_open(policy, now):
        return f"Approvals for this cluster count only in its change window: {_windows(policy)}. It is closed now."
    return None


def _window_open(policy: ApprovalPolicy, now: datetime) -> bool:
    return not policy.windows or any(window.open_at(now) for window in policy.windows)


def _windows(policy: ApprovalPolicy) -> str:
    return " or ".join(window.words for window in policy.windows)


def quorum_met(operation: Operation, policy: ApprovalPolicy) -> bool:
    """Enough different people, the requester not among them, said yes to exactly the current plan."""
    voters = {
        vote.person.id
        for vote in operation.votes
        if vote.digest == operation.digest and not vote.person.same_as(operation.request.requester)
    }
    return len(voters) >= policy.quorum


def standing(
    operation: Operation,
    members: Sequence[Member],
    policy: ApprovalPolicy,
    home_team: str,
    now: datetime,
    signer: Member | None = None,
) -> tuple[str, ...]:
    """At the start: which of the votes no longer count, and whether the checklist's signature (of `signer`) does, in words; empty
    when all stand.
    """
    problems = _signature(operation, signer, policy, home_team)
    for member in members:
        outside = outsider(member, policy, home_team)
        why = outside.of_them if outside else ""
        if not why and not is_approver(member, policy):
            unknown = _perhaps_approver(member, policy)
            why = "Slack did not say which user groups they are in." if unknown else "they are no approver any more."
        if why:
            problems.append(f"The approval of {member.person.name or member.person.id} no longer counts: {why}")
    if not _window_open(policy, now):
        problems.append(f"The change window has closed meanwhile: {_windows(policy)}.")
    return tuple(problems)


def _signature(operation: Operation, signer: Member | None, policy: ApprovalPolicy, home_team: str) -> list[str]:
    if not operation.checklist:
        return []
    if operation.unsigned or signer is None:
        return ["The checklist of this plan is not signed."]
    outside = outsider(signer, policy, home_team)
    if outside is None:
        return []
    return [f"The signature of {signer.person.name or signer.person.id} no longer counts: {outside.of_them}"]


def _words(state: OperationState) -> str:
    return state.value.replace("_", " ")
