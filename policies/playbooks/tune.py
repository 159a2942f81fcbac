"""Lend a setting of the balancer or the scheduler for a while; it is given back whatever happens.

The old value is in the plan before anything is set. A restarted or newly elected frontend forgets what was set
(fe: ADMIN SET FRONTEND CONFIG changes memory), so the lease looks at every frontend and sets it again.
"""

from datetime import datetime

from policies import checks
from policies.awaited import LeaseOver
from policies.cluster import ClusterState
from policies.conditions.settings import values
from policies.estimate import DrainRecord
from policies.pacing import Pacing
from policies.plan import Estimate, Finding, Plan, Step, Verdict
from policies.request import Request
from policies.speed import refusal
from policies.steps.lend import Lent, give_back, lend, lent, lent_fact
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
    borrowed = None if blocked or one is None else lent(one.setting, one.value(typed) or "", state)
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
        steps=_steps(borrowed, seconds) if borrowed else (),
        findings=tuple(findings),
        facts=(lent_fact(borrowed),) if borrowed else (),
        estimate=Estimate(low_s=span, high_s=span, reason="then the old value comes back"),
        undo_words=UNDO,
        done_words=f"`{borrowed.name}` was {borrowed.new} and is {borrowed.old} again." if borrowed else "",
    )


def _steps(one: Lent, seconds: int) -> tuple[Step, ...]:
    """Set, held, given back; an abort gives it back from anywhere."""
    hold = Step(
        id=f"hold-{one.name}",
        group=one.name,
        title=f"Hold it for {in_time(seconds)}, on every frontend, through restarts and elections",
        act=None,
        until=LeaseOver(name=one.name, value=one.new, seconds=seconds),
    )
    return lend(one), hold, give_back(one)


def _judged(one: Tunable, typed: str, state: ClusterState) -> list[Finding]:
    wrong = refusal(one, typed, state)
    if wrong is not None:
        return [wrong]
    value, name = one.value(typed), shown_name(state.settings, one.setting)
    old = state.settings[name]
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
