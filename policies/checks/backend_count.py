"""Enough backends, on enough hosts, stay for the largest replication number of any partition.

fe: alter/SystemHandler.java checks backends by partition and names the first offender; up to 3.2, and in early patches of
3.3 and 3.4, it counts the `_statistics_` database as well (PR 56114). Two replicas never share a host
(fe: clone/TabletScheduler.java), so hosts count too.
"""

from policies.address import Address
from policies.cluster import Backend, ClusterState, ReplicationCount, RunMode
from policies.one_by_one import breaking_words
from policies.plan import Finding, Verdict
from policies.replication import demanding, is_statistics

NAME = "backend count"


def backend_count(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    if state.run_mode is RunMode.SHARED_DATA:
        return [_somebody_serves(targets, state)]
    if state.replication is None:
        return []
    stayers = _stayers(targets, state)
    most = demanding(state)
    if most is None:
        words = f"{len(stayers)} of {len(state.backends)} backends would stay; no table is counted."
        return [Finding(check=NAME, verdict=Verdict.OK if stayers else Verdict.BLOCK, sentence=words)]
    where = f" (e.g. {most.example})" if most.example else ""
    words = (
        f"{len(stayers)} of {len(state.backends)} backends on {len({b.address.host for b in stayers})} hosts would stay; "
        f"the largest replication number is {most.replication}{where}."
    )
    if _enough(stayers, most):
        return [Finding(check=NAME, verdict=Verdict.OK, sentence=words)]
    which = breaking_words(targets, lambda gone: _enough(_stayers(gone, state), most))
    return [Finding(check=NAME, verdict=Verdict.BLOCK, sentence=f"{words} {which}".strip(), advice=_advice(most))]


def _stayers(targets: tuple[Address, ...], state: ClusterState) -> list[Backend]:
    return [backend for backend in state.staying(set(targets)) if backend.alive]


def _enough(stayers: list[Backend], most: ReplicationCount) -> bool:
    return len({backend.address.host for backend in stayers}) >= most.replication


def _advice(most: ReplicationCount) -> str:
    if is_statistics(most):
        return (
            "Only StarRocks' own statistics tables need so many, and versions of this line may refuse for them: "
            "lower the replication number of the tables in _statistics_, or add a backend, first."
        )
    return f"{most.replication} alive backends on different hosts must stay: add some first, or drain fewer."


def _somebody_serves(targets: tuple[Address, ...], state: ClusterState) -> Finding:
    """StarRocks itself asks for nothing here, and would let the last node go."""
    backends = len(_stayers(targets, state))
    compute = sum(node.alive and not node.decommissioned for node in state.compute_nodes)
    words = f"{backends} of {len(state.backends)} backends and {compute} compute nodes would stay to serve queries and loads."
    if backends + compute:
        return Finding(check=NAME, verdict=Verdict.OK, sentence=words)
    return Finding(check=NAME, verdict=Verdict.BLOCK, sentence=words, advice="Add a node first, or drain fewer.")
