"""Lend a setting of the balancer or the scheduler for a while; it is given back whatever happens.

The old value is in the plan before anything is set. A restarted or newly elected frontend forgets what was set
(fe: ADMIN SET FRONTEND CONFIG changes memory), so the lease looks at every frontend and sets it again.
"""

from datetime import datetime

from policies import checks
from policies.acts import SetSetting
from policies.awaited import Condition, LeaseOver, SettingIs
from policies.cluster import ClusterState
from policies.conditions.settings import values
from policies.estimate import DrainRecord
from policies.pacing import Pacing
from policies.plan import Estimate, Fact, Finding, Plan, Step, Verdict
from policies.record import Record
from policies.request import Request
from policies.tunable import OPTIONS, Tunable, shown_name, span_s, tunable
from policies.units import in_list, in_time

UNDO = "Abort gives the old value back at once. It comes back by itself when the time is over, and after any crash."
DEFAULT_SPAN_S = 3600


def make_plan(
    request: Request,
    state: ClusterState,
    *,
    pacing: Pacing,
    revision: int,
    now: datetime,
    history: tuple[DrainRecord, ...] = (),
) -> Plan:
    """The plan that sets what `request.options` name, holds it, and gives it back."""
    del history
    seconds = span_s(request.options.get("for", "1h")) or DEFAULT_SPAN_S
    option, typed = next(((name, value) for name, value in request.options.items() if name != "for"), ("", ""))
    one = tunable(option)
    findings = _judged(one, typed, state) if one else [_finding(Verdict.BLOCK, "No setting is named.", ", ".join(OPTIONS))]
    findings += [*checks.leader((), state), *checks.rights((), state)]
    blocked = any(finding.verdict is Verdict.BLOCK for finding in findings)
    lent = None if blocked or one is None else _lent(one, typed, state)
    span = pacing.wall(seconds)
    return Plan(
        operation=request.id,
        revision=revision,
        kind=request.kind,
        cluster=request.cluster,
        made_at=now,
        title=f"Lend {option}={typed} for {in_time(seconds)}",
        reason=request.reason,
        command=request.command,
        targets=(),
        steps=_steps(lent, seconds) if lent else (),
        findings=tuple(findings),
        facts=(Fact(key=f"setting {lent.name}", label=f"`{lent.name}`", value=lent.old),) if lent else (),
        estimate=Estimate(low_s=span, high_s=span, reason="then the old value comes back"),
        undo_words=UNDO,
        done_words=f"`{lent.name}` was {lent.new} and is {lent.old} again." if lent else "",
    )


class Lent(Record):
    """A setting under the name that this version knows, its value for the while, and the one to give back."""

    name: str
    new: str
    old: str


def _lent(one: Tunable, typed: str, state: ClusterState) -> Lent:
    name = shown_name(state.settings, one.setting)
    return Lent(name=name, new=one.value(typed) or "", old=state.settings.get(name, one.setting.default))


def _steps(lent: Lent, seconds: int) -> tuple[Step, ...]:
    """Set, held, given back; one group with one undo, so that an abort gives it back from anywhere."""
    back, is_back = SetSetting(name=lent.name, value=lent.old), SettingIs(name=lent.name, value=lent.old)
    lend = SetSetting(name=lent.name, value=lent.new)

    def step(name: str, title: str, act: SetSetting, until: Condition) -> Step:
        return Step(id=f"{name}-{lent.name}", group=lent.name, title=title, act=act, until=until, undo=back, undo_until=is_back)

    return (
        step("set", f"Set `{lent.name}` to {lent.new}; it is {lent.old}", lend, SettingIs(name=lent.name, value=lent.new)),
        step(
            "hold",
            f"Hold it for {in_time(seconds)}, on every frontend, through restarts and elections",
            lend,
            LeaseOver(name=lent.name, value=lent.new, seconds=seconds),
        ),
        step("restore", f"Give it back: {lent.old} again", back, is_back),
    )


def _judged(one: Tunable, typed: str, state: ClusterState) -> list[Finding]:
    value, name = one.value(typed), shown_name(state.settings, one.setting)
    if value is None:
        return [_finding(Verdict.BLOCK, f"{one.option}={typed} is not allowed.", f"{one.option} takes {one.allowed}.")]
    old = state.settings.get(name)
    if old is None:
        return [_finding(Verdict.BLOCK, f"The leader does not tell `{name}`, so nothing could be given back.", "Try again later.")]
    if old == value:
        return [_finding(Verdict.BLOCK, f"`{name}` is {old} already: there is nothing to do.", "")]
    found = values(name, state)
    differing = [f"{host} has {each}" for host, each in found.items() if each != old]
    if differing:
        words = f"The frontends disagree on `{name}`: the leader has {old}, {in_list(differing)}."
        return [_finding(Verdict.WARN, words, f"All will have {old} afterwards.")]
    return [_finding(Verdict.OK, f"`{name}` ({one.what}) is {old} on {len(found)} frontends; it becomes {value}.", told=True)]


def _finding(verdict: Verdict, sentence: str, advice: str = "", *, told: bool = False) -> Finding:
    return Finding(check="settings", verdict=verdict, sentence=sentence, advice=advice, told=told)
