"""Make paused materialized views active again, bases first, each part refreshed before what stands on it.

Only what a person paused is touched: StarRocks tries the others itself each minute, and fails for the reason it shows.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from policies import checks, named_views
from policies.acts import SetView
from policies.awaited import ExpectedRefresh, ViewIs, ViewsRefreshed
from policies.cluster import ClusterState
from policies.estimate import DrainRecord
from policies.named_views import finding, named, names
from policies.pacing import Pacing
from policies.plan import Estimate, Finding, Plan, Step, Verdict
from policies.record import Record
from policies.request import Request
from policies.views import View, Views

AT_ONCE = 8
"""Views of one part; StarRocks itself runs four refreshes at a time (fe: Config.task_runs_concurrency)."""
PATIENCE = 4 * 3600.0
"""Cluster seconds for the refreshes of one part; then a person is asked, and nothing is undone."""


class Sorted(Record):
    """What is resumed, and why the rest is left alone."""

    chosen: tuple[View, ...] = ()
    otherwise: tuple[View, ...] = ()
    waiting: tuple[View, ...] = ()


def make_plan(
    request: Request,
    state: ClusterState,
    *,
    pacing: Pacing,
    revision: int,
    now: datetime,
    history: tuple[DrainRecord, ...] = (),
) -> Plan:
    """The plan that resumes every view of those named that is paused by hand and can be active again."""
    del history
    findings = [*checks.views_seen((), state), *checks.leader((), state), *checks.rights((), state)]
    views = state.views or Views(seen=())
    meant = named(request.names, views)
    sorted_out = _sorted(meant.views, views)
    chosen = sorted_out.chosen
    if views.seen:
        findings += _judged(meant, sorted_out, views, state.version)
    blocked = any(each.verdict is Verdict.BLOCK for each in findings)
    refreshed = sum(view.refreshes for view in chosen)
    time = Estimate(low_s=pacing.wall(len(chosen)), high_s=pacing.wall(5.0 * len(chosen)), reason="a statement for each")
    unknown = Estimate(low_s=None, high_s=None, reason="how long the refreshes take is not known beforehand")
    return Plan(
        operation=request.id,
        revision=revision,
        kind=request.kind,
        cluster=request.cluster,
        made_at=now,
        title=f"Resume {named_views.count(chosen)}",
        about=f"{named_views.count(chosen)} of {len(views.seen)}",
        group_word="part",
        reason=request.reason,
        command=request.command,
        targets=(),
        steps=() if blocked else tuple(_steps(views.layers(chosen))),
        findings=tuple(findings),
        facts=named_views.facts(state.version, chosen),
        estimate=unknown if refreshed else time,
        undo_words="Abort pauses the part in hand again, which ends its refreshes; the parts before it stay active.",
        done_words=f"{named_views.count(chosen)} active again.",
    )


def _steps(layers: Sequence[tuple[View, ...]]) -> Iterator[Step]:
    parts = [part for layer in layers for part in _parts(layer)]
    for number, part in enumerate(parts, 1):
        group = f"part {number}"
        yield from (_activation(view, group) for view in part)
        expected = tuple(
            ExpectedRefresh(database=view.database, name=view.name, before=view.last_started) for view in part if view.refreshes
        )
        if expected:
            yield Step(
                id=f"refreshed-{number}",
                group=group,
                title=f"Wait for the refresh of {names([view for view in part if view.refreshes])}",
                act=None,
                until=ViewsRefreshed(views=expected),
                skippable=True,
                deadline=PATIENCE,
                advice="Retry waits again; skip goes on without waiting.",
            )


def _parts(layer: tuple[View, ...]) -> list[tuple[View, ...]]:
    return [layer[start : start + AT_ONCE] for start in range(0, len(layer), AT_ONCE)]


def _activation(view: View, group: str) -> Step:
    who = {"database": view.database, "name": view.name}
    return Step(
        id=f"resume-{view.full_name}",
        group=group,
        title=f"Resume {view.full_name}",
        act=SetView(active=True, **who),
        until=ViewIs(active=True, **who),
        undo=SetView(active=False, **who),
        undo_until=ViewIs(active=False, **who),
        skippable=True,
    )


def _sorted(meant: tuple[View, ...], views: Views) -> Sorted:
    """Where no reason is told, every inactive view counts as paused by hand: an activation that cannot be is refused."""
    asleep = [view for view in meant if not view.active]
    by_hand = [view for view in asleep if view.paused_by_hand or not views.reasons_told]
    ids = {view.id for view in by_hand}
    inactive = {view.id for view in views.seen if not view.active}
    # What is under a view is closed under "under", so one pass finds everything that cannot be active.
    waiting = [view for view in by_hand if views.under(view) & (inactive - ids)]
    return Sorted(
        chosen=tuple(view for view in by_hand if view not in waiting),
        otherwise=tuple(view for view in asleep if view not in by_hand),
        waiting=tuple(waiting),
    )


def _judged(meant: named_views.Named, sorted_out: Sorted, views: Views, version: str) -> list[Finding]:
    if meant.nothing:
        return [named_views.unknown_name(word, views) for word in meant.nothing]
    left = [*_otherwise(sorted_out.otherwise), *_waiting(sorted_out.waiting)]
    if not sorted_out.chosen:
        words = "None of them is paused by hand, so there is nothing to resume."
        return [finding(Verdict.BLOCK, words), *left]
    return [*_cost(sorted_out.chosen, version), *left, *_reasons(views), *named_views.order_words(views)]


def _cost(chosen: tuple[View, ...], version: str) -> list[Finding]:
    by_hand = [view for view in chosen if not view.refreshes]
    found = []
    if len(by_hand) < len(chosen):
        words = f"At activation, {named_views.cost_words(version, len(chosen) - len(by_hand))}."
        costly = named_views.costly(version)
        advice = "There is no option against it on this version: choose an hour when the load may rise." if costly else ""
        found.append(finding(Verdict.WARN if costly else Verdict.OK, words, advice, told=True))
    if by_hand:
        words = f"Refreshed only on demand, so activation does not refresh them: {names(by_hand)}."
        found.append(finding(Verdict.OK, words, told=True))
    return found


def _otherwise(views: tuple[View, ...]) -> list[Finding]:
    if not views:
        return []
    told = "; ".join(f"{view.full_name}: {view.reason or 'no reason told'}" for view in views[:3])
    more = f"; and {len(views) - 3} more" if len(views) > 3 else ""
    words = f"Left alone, since they are inactive for another reason: {told}{more}."
    return [finding(Verdict.WARN, words, "StarRocks tries these itself each minute; mend the reason it shows.")]


def _waiting(views: tuple[View, ...]) -> list[Finding]:
    if not views:
        return []
    words = f"Left alone, since they stand on a view that is inactive and not resumed here: {names(views)}."
    return [finding(Verdict.WARN, words, "Resume what they stand on first; StarRocks would refuse to activate them.")]


def _reasons(views: Views) -> list[Finding]:
    if views.reasons_told:
        return []
    words = "This version does not say why a view is inactive: one that was made so by a change of its tables is tried as well."
    return [finding(Verdict.WARN, words, "StarRocks checks the definition first; a refusal stops here and can be skipped.")]
