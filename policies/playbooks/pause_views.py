"""Make materialized views inactive, dependents before what they stand on, so that nothing refreshes them for a while.

StarRocks does not ask for it before an upgrade, and on many versions it is what causes the storm of refreshes afterwards
(mission 003); so the plan says what the way back costs, and nobody pauses views unasked.
"""

from datetime import datetime

from policies import checks, named_views
from policies.acts import SetView
from policies.awaited import ViewIs
from policies.cluster import ClusterState
from policies.estimate import DrainRecord
from policies.named_views import finding, named, names
from policies.pacing import Pacing
from policies.plan import Estimate, Finding, Plan, Step, Verdict
from policies.request import Request
from policies.views import RUNNING, View, Views

GROUP = "views"
SECONDS_EACH = (0.2, 5.0)


def make_plan(
    request: Request,
    state: ClusterState,
    *,
    pacing: Pacing,
    revision: int,
    now: datetime,
    history: tuple[DrainRecord, ...] = (),
) -> Plan:
    """The plan that pauses every active view of those named; the others are as wished already."""
    del history
    findings = [*checks.views_seen((), state), *checks.leader((), state), *checks.rights((), state)]
    views = state.views or Views(seen=())
    meant = named(request.names, views)
    chosen = tuple(view for view in meant.views if view.active)
    if views.seen:
        findings += _judged(meant, chosen, views, state.version)
    blocked = any(each.verdict is Verdict.BLOCK for each in findings)
    ordered = [view for layer in reversed(views.layers(chosen)) for view in reversed(layer)]
    low, high = (pacing.wall(seconds * len(chosen)) for seconds in SECONDS_EACH)
    back = f"/sr {request.command.replace('pause', 'resume', 1)}"
    return Plan(
        operation=request.id,
        revision=revision,
        kind=request.kind,
        cluster=request.cluster,
        made_at=now,
        title=f"Pause {named_views.count(chosen)}",
        about=f"{named_views.count(chosen)} of {len(views.seen)}",
        reason=request.reason,
        command=request.command,
        targets=(),
        steps=() if blocked else tuple(_step(view) for view in ordered),
        findings=tuple(findings),
        facts=named_views.facts(state.version, chosen),
        estimate=Estimate(low_s=low, high_s=high, reason="a statement for each"),
        undo_words=f"Abort resumes those that were paused, bases first. {_way_back(chosen, state.version)}",
        done_words=f"{named_views.count(chosen)} paused. `{back}` brings back what is paused by hand.",
    )


def _step(view: View) -> Step:
    who = {"database": view.database, "name": view.name}
    return Step(
        id=f"pause-{view.full_name}",
        group=GROUP,
        title=f"Pause {view.full_name}",
        act=SetView(active=False, **who),
        until=ViewIs(active=False, **who),
        undo=SetView(active=True, **who),
        undo_until=ViewIs(active=True, **who),
        skippable=True,
    )


def _judged(meant: named_views.Named, chosen: tuple[View, ...], views: Views, version: str) -> list[Finding]:
    if meant.nothing:
        return [named_views.unknown_name(word, views) for word in meant.nothing]
    if not chosen:
        return [finding(Verdict.BLOCK, f"{names(meant.views)}: inactive already, so there is nothing to pause.")]
    around = [*_left_over(chosen, views), *_already(meant.views)]
    return [*_cost(chosen, version), *_at_once(chosen), *around, *named_views.order_words(views)]


def _cost(chosen: tuple[View, ...], version: str) -> list[Finding]:
    words = _way_back(chosen, version)
    if named_views.costly(version):
        advice = "No upgrade asks for this pause: without it there is no such refresh. Pause only what must not refresh now."
        return [finding(Verdict.WARN, words, advice)]
    return [finding(Verdict.OK, words, told=True)]


def _at_once(chosen: tuple[View, ...]) -> list[Finding]:
    words = "Paused views are not refreshed, and no query is rewritten to them: it reads the base tables."
    found = [finding(Verdict.OK, words, told=True)]
    running = [view for view in chosen if view.last_state in RUNNING]
    if running:
        found.insert(0, finding(Verdict.WARN, f"A refresh runs now and is ended by the pause: {names(running)}."))
    return found


def _left_over(chosen: tuple[View, ...], views: Views) -> list[Finding]:
    """Active views that stand on paused ones are refreshed from what does not change meanwhile."""
    paused = {view.id for view in chosen}
    over = [view for view in views.seen if view.active and view.id not in paused and views.under(view) & paused]
    if not over:
        return []
    words = f"They stand on views that are paused here and stay active themselves: {names(over)}."
    return [finding(Verdict.WARN, words, "They go on with the data of this moment; name them too if that is not meant.")]


def _already(meant: tuple[View, ...]) -> list[Finding]:
    """What was paused before cannot be told from what this plan pauses once both are paused."""
    before = [view for view in meant if view.paused_by_hand]
    if not before:
        return []
    words = f"Paused already, by whomever: {names(before)}. `resume views` brings these back too, unless it names what it means."
    return [finding(Verdict.OK, words, told=True)]


def _way_back(chosen: tuple[View, ...], version: str) -> str:
    refreshed = sum(view.refreshes for view in chosen)
    if not refreshed:
        return "The way back costs nothing: these are refreshed on demand only."
    return f"When they are resumed, {named_views.cost_words(version, refreshed)}."
