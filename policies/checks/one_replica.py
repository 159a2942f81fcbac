"""Tables with one replica on the target: a drain copies them first, so it is allowed; stopping the node early is not.

The mission document says such a table is unreachable during a migration. That holds for a node that is stopped, dropped
or dies, not for a living one that drains (fe: clone/TabletScheduler.java: the copy comes first, the old replica goes last).
"""

from policies.address import Address
from policies.cluster import ClusterState, RunMode
from policies.plan import Finding, Verdict
from policies.units import in_count, in_list

NAME = "one_replica"


def one_replica(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    if state.run_mode is RunMode.SHARED_DATA or state.one_replica is None:
        return []
    ids = {backend.id for backend in state.backends if backend.address in targets}
    tables = [table for table in state.one_replica if table.backend_id in ids]
    if not tables:
        return [Finding(check=NAME, verdict=Verdict.OK, sentence="No table has its only replica on the node.")]
    tablets = sum(table.tablets for table in tables)
    names = list(dict.fromkeys(table.name for table in sorted(tables, key=lambda t: -t.tablets)))
    words = f"The only copy of {_counted(tablets, 'tablet')} of {_counted(len(names), 'table')} is there: {in_list(names)}."
    advice = "Do not stop this node before its row is gone: until then it holds the only copy."
    return [Finding(check=NAME, verdict=Verdict.WARN, sentence=words, advice=advice)]


def _counted(count: int, noun: str) -> str:
    return f"{in_count(count)} {noun}{'' if count == 1 else 's'}"
