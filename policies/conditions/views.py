"""Materialized views: active or not, and refreshed since they were activated."""

from datetime import datetime

from policies.awaited import ExpectedRefresh, ViewCondition, ViewIs, ViewsRefreshed
from policies.cluster import ClusterState
from policies.operation import Reading, StepMemory
from policies.pacing import Pacing
from policies.units import in_list, in_time
from policies.views import FAILED, FINISHED, RUNNING, View

NOT_BELIEVED = "No materialized view is listed now, which is not believed; looking again."
"""Newer frontends answer a query on materialized_views that failed with no row at all (fe:
catalog/system/information/MaterializedViewsSystemTable.java evaluate)."""

BEGINS_WITHIN = 300.0
"""Cluster seconds in which an activation's refresh shows in the list, be it as waiting; later means that there is none."""


def holds(condition: ViewCondition, state: ClusterState) -> bool:
    """Whether this look alone shows what the condition wants."""
    if isinstance(condition, ViewIs):
        view = _find(condition, state)
        return view is not None and view.active == condition.active
    return not _waited_for(condition, state)


def read(condition: ViewCondition, state: ClusterState, memory: StepMemory, pacing: Pacing, now: datetime) -> Reading:
    """What the condition sees in a list that is believed."""
    if isinstance(condition, ViewIs):
        return _is(condition, state)
    return _refreshed(condition, state, memory, pacing, now)


def unlisted(condition: ViewCondition, state: ClusterState) -> bool:
    """The view was dropped, so that nothing is to be undone there."""
    return isinstance(condition, ViewIs) and state.views is not None and bool(state.views.seen) and not _find(condition, state)


def failure(condition: ViewsRefreshed, state: ClusterState) -> str | None:
    """The first refresh that failed since, in StarRocks' own words."""
    for expected in condition.views:
        view = _find(expected, state)
        if view is not None and view.active and _began(expected, view) and view.last_state == FAILED:
            said = f" StarRocks says: {view.last_error.rstrip('.')}." if view.last_error else ""
            return (
                f"The refresh of {view.full_name} failed.{said} Mend the cause and run REFRESH MATERIALIZED VIEW by hand, then "
                "retry; or skip: what stands on it is then resumed without waiting."
            )
    return None


def _is(condition: ViewIs, state: ClusterState) -> Reading:
    view = _find(condition, state)
    name = f"{condition.database}.{condition.name}"
    if view is None:
        return Reading(done=True, sentence=f"{name} is not listed any more: it was dropped or renamed.")
    reason = f" ({view.reason})" if condition.active and view.reason else ""
    return Reading(
        done=view.active == condition.active, sentence=f"{name} is {'active' if view.active else 'inactive'}{reason}."
    )


def _refreshed(
    condition: ViewsRefreshed, state: ClusterState, memory: StepMemory, pacing: Pacing, now: datetime
) -> Reading:
    waiting = _waited_for(condition, state)
    silent = [each for each in waiting if not _began(each, _find(each, state))]
    late = (now - memory.entered_at).total_seconds() >= pacing.wall(BEGINS_WITHIN)
    if late:
        waiting = [each for each in waiting if each not in silent]
    whole = len(condition.views)
    sentences = [_count(condition, sum(_over(each, _find(each, state)) for each in condition.views))]
    if waiting:
        sentences.append(f"Waiting for {in_list([_name(each) for each in waiting], 3)}.")
    elif silent:
        span = in_time(pacing.wall(BEGINS_WITHIN))
        sentences.append(f"No refresh of {in_list([_name(each) for each in silent], 3)} began within {span}: not waited for.")
    asleep = [_name(each) for each in condition.views if (view := _find(each, state)) is not None and not view.active]
    gone = [_name(each) for each in condition.views if _find(each, state) is None]
    if gone:
        sentences.append(f"Not listed any more: {in_list(gone, 3)}.")
    if asleep:
        sentences.append(f"Not active, so not refreshed: {in_list(asleep, 3)}.")
    return Reading(done=not waiting, share=(whole - len(waiting)) / whole, sentence=" ".join(sentences))


def _count(condition: ViewsRefreshed, done: int) -> str:
    if len(condition.views) == 1:
        return f"{_name(condition.views[0])} has {'' if done else 'not '}been refreshed."
    return f"{done} of {len(condition.views)} have been refreshed."


def _waited_for(condition: ViewsRefreshed, state: ClusterState) -> list[ExpectedRefresh]:
    """Those whose refresh is not over. A view that was dropped, or is not active, has none to wait for."""
    found = []
    for expected in condition.views:
        view = _find(expected, state)
        if view is not None and view.active and not _over(expected, view):
            found.append(expected)
    return found


def _began(expected: ExpectedRefresh, view: View | None) -> bool:
    """A refresh that waits for its turn has no start time yet (fe: qe/ShowMaterializedViewStatus.java), and the pause ended all."""
    if view is None or not view.last_state:
        return False
    return view.last_state in RUNNING or view.last_started != expected.before


def _over(expected: ExpectedRefresh, view: View | None) -> bool:
    return view is not None and _began(expected, view) and view.last_state in FINISHED


def _name(expected: ExpectedRefresh) -> str:
    return f"{expected.database}.{expected.name}"


def _find(named: ViewIs | ExpectedRefresh, state: ClusterState) -> View | None:
    return state.views.find(named.database, named.name) if state.views else None
