"""Global variables: the leader writes them into its journal, so that its value is, a moment later, everybody's.

fe: qe/VariableMgr.java (setGlobalVariableAndWriteEditLog, replayGlobalVariableV2); SET GLOBAL is passed on to the leader
(sql/ast/SetStmt.java). Nothing forgets one: where it changes, somebody changed it.
"""

from policies.awaited import VariableIs
from policies.cluster import ClusterState
from policies.operation import Reading


def in_force(name: str, value: str, state: ClusterState) -> bool:
    """Whether new sessions begin with this value."""
    return state.variables is not None and state.variables.get(name) == value


def holds(condition: VariableIs, state: ClusterState) -> bool:
    """Whether this look shows the value."""
    return in_force(condition.name, condition.value, state)


def read(condition: VariableIs, state: ClusterState) -> Reading:
    """What the leader shows; a variable that it does not show is not done."""
    found = (state.variables or {}).get(condition.name)
    if found is None:
        return Reading(done=False, sentence=f"The leader does not tell the global variable `{condition.name}` now.")
    done = found == condition.value
    words = f"`{condition.name}` is {found} for new sessions"
    return Reading(done=done, sentence=f"{words}." if done else f"{words}, not {condition.value}.")
