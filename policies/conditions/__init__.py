"""What a step waits to see, read from one look at the cluster.

`holds` is the test of this very look; `read` adds what only time can tell (two looks that both saw no tablet) and puts
it in a sentence. An empty node list proves nothing: a frontend that is starting may give one, so nothing counts as gone.
"""

from datetime import datetime

from policies.awaited import Condition, DrainCondition, OnBlacklist, ProcessCondition, SettingCondition
from policies.cluster import ClusterState
from policies.conditions import blacklists, drains, nodes, processes, settings
from policies.operation import Reading, StepMemory
from policies.pacing import Pacing

NOT_BELIEVED = "The node list came back empty, which is not believed; looking again."


def holds(condition: Condition, state: ClusterState, memory: StepMemory | None = None) -> bool:
    """Whether this look alone shows what the condition wants; only a job on a host is known by the step's memory."""
    if isinstance(condition, DrainCondition):
        return drains.holds(condition, state)
    if isinstance(condition, SettingCondition):
        return settings.holds(condition, state)
    if isinstance(condition, OnBlacklist):
        return blacklists.holds(condition, state)
    if isinstance(condition, ProcessCondition):
        return processes.holds(condition, state, memory or StepMemory(step="", entered_at=state.taken_at))
    return nodes.holds(condition, state)


def read(condition: Condition, state: ClusterState, memory: StepMemory, pacing: Pacing, now: datetime) -> Reading:
    """What the condition sees. `memory` must already hold this look (see policies.watching)."""
    if not state.backends:
        return Reading(done=False, sentence=NOT_BELIEVED)
    if isinstance(condition, DrainCondition):
        return drains.read(condition, state, memory, pacing, now)
    if isinstance(condition, SettingCondition):
        return settings.read(condition, state, memory, pacing, now)
    if isinstance(condition, OnBlacklist):
        return blacklists.read(condition, state)
    if isinstance(condition, ProcessCondition):
        return processes.read(condition, state, memory)
    return nodes.read(condition, state, memory, pacing, now)


def unlisted(condition: Condition, state: ClusterState) -> bool:
    """What the condition is about is in no list that was read, so that nothing remains to be undone there."""
    if isinstance(condition, DrainCondition):
        return drains.unlisted(condition, state)
    return False
