"""What a step waits to see, read from one look at the cluster.

`holds` is the test of this very look; `read` adds what only time can tell (two looks that both saw no tablet) and puts
it in a sentence. An empty node list proves nothing: a frontend that is starting may give one, so nothing counts as gone.
"""

from datetime import datetime

from policies.awaited import (
    Condition,
    DrainCondition,
    FrontendAnswers,
    ImageEverywhere,
    OnBlacklist,
    ProcessCondition,
    SettingCondition,
    VariableIs,
    ViewCondition,
)
from policies.awaited_whole import WholeCondition
from policies.cluster import ClusterState
from policies.conditions import blacklists, drains, images, nodes, processes, settings, variables, views, whole
from policies.operation import Reading, StepMemory
from policies.pacing import Pacing

NOT_BELIEVED = "The node list came back empty, which is not believed; looking again."


def believed(condition: Condition, state: ClusterState) -> bool:
    """Whether the list that the condition is read from is worth anything: an empty one proves nothing.

    A cluster whose data lies in object storage may have compute nodes and no backend; and what frontends tell of themselves is
    not judged by the nodes that they list.
    """
    if isinstance(condition, ViewCondition):
        return state.views is not None and bool(state.views.seen)
    if isinstance(condition, ImageEverywhere | SettingCondition | OnBlacklist | FrontendAnswers):
        return bool(state.frontends)
    if isinstance(condition, WholeCondition):
        return True  # That no frontend answers is what such a step goes through.
    return bool(state.backends or state.compute_nodes)


def holds(condition: Condition, state: ClusterState, memory: StepMemory | None = None) -> bool:
    """Whether this look alone shows what the condition wants; only a job on a host is known by the step's memory."""
    if isinstance(condition, DrainCondition):
        return drains.holds(condition, state)
    if isinstance(condition, SettingCondition):
        return settings.holds(condition, state)
    if isinstance(condition, VariableIs):
        return variables.holds(condition, state)
    if isinstance(condition, OnBlacklist):
        return blacklists.holds(condition, state)
    if isinstance(condition, ProcessCondition):
        return processes.holds(condition, state, memory or StepMemory(step="", entered_at=state.taken_at))
    if isinstance(condition, ViewCondition):
        return views.holds(condition, state)
    if isinstance(condition, ImageEverywhere):
        return images.holds(condition, state, memory or StepMemory(step="", entered_at=state.taken_at))
    if isinstance(condition, WholeCondition):
        return whole.holds(condition, state)
    return nodes.holds(condition, state)


def read(condition: Condition, state: ClusterState, memory: StepMemory, pacing: Pacing, now: datetime) -> Reading:
    """What the condition sees. `memory` must already hold this look (see policies.watching)."""
    if not believed(condition, state):
        return Reading(done=False, sentence=views.NOT_BELIEVED if isinstance(condition, ViewCondition) else NOT_BELIEVED)
    if isinstance(condition, DrainCondition):
        return drains.read(condition, state, memory, pacing, now)
    if isinstance(condition, SettingCondition):
        return settings.read(condition, state, memory, pacing, now)
    if isinstance(condition, VariableIs):
        return variables.read(condition, state)
    if isinstance(condition, OnBlacklist):
        return blacklists.read(condition, state)
    if isinstance(condition, ProcessCondition):
        return processes.read(condition, state, memory)
    if isinstance(condition, ViewCondition):
        return views.read(condition, state, memory, pacing, now)
    if isinstance(condition, ImageEverywhere):
        return images.read(condition, state, memory)
    if isinstance(condition, WholeCondition):
        return whole.read(condition, state)
    return nodes.read(condition, state, memory, pacing, now)


def unlisted(condition: Condition, state: ClusterState) -> bool:
    """What the condition is about is in no list that was read, so that nothing remains to be undone there."""
    if isinstance(condition, DrainCondition):
        return drains.unlisted(condition, state)
    if isinstance(condition, ViewCondition):
        return views.unlisted(condition, state)
    return False
