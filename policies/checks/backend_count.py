"""Enough backends, on enough hosts, stay for the largest replication number of any partition.

fe: alter/SystemHandler.java checks backends by partition and names the first offender; versions up to 3.2 count the
`_statistics_` database as well. Two replicas never share a host (fe: clone/TabletScheduler.java), so hosts count too.
"""

from policies.address import Address
from policies.cluster import ClusterState, RunMode
from policies.plan import Finding, Verdict

NAME = "backend count"


def backend_count(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    if state.run_mode is RunMode.SHARED_DATA:
        return [Finding(check=NAME, verdict=Verdict.OK, sentence="Data lives in object storage: replicas do not limit it.")]
    if state.replication is None:
        return []
    stayers = [backend for backend in state.staying(set(targets)) if backend.alive]
    hosts = {backend.address.host for backend in stayers}
    largest = max(state.replication, key=lambda r: r.replication, default=None)
    if largest is None or not stayers:
        words = f"{len(stayers)} alive backends would stay."
        return [Finding(check=NAME, verdict=Verdict.OK if stayers else Verdict.BLOCK, sentence=words)]
    enough = min(len(stayers), len(hosts)) >= largest.replication
    where = f" (e.g. {largest.example})" if largest.example else ""
    words = (
        f"{len(stayers)} of {len(state.backends)} backends on {len(hosts)} hosts would stay; "
        f"the largest replication number is {largest.replication}{where}."
    )
    if enough:
        return [Finding(check=NAME, verdict=Verdict.OK, sentence=words)]
    advice = f"{largest.replication} alive backends on different hosts must stay: add some first, or drain fewer."
    return [Finding(check=NAME, verdict=Verdict.BLOCK, sentence=words, advice=advice)]
