"""Enough hosts with room: a tablet never has two replicas on one host, so a full disk counts as a missing host.

The backend count takes every living node, full or not (fe: alter/SystemHandler.java); the scheduler looks for a host
without a replica of the tablet and for room on it (fe: clone/TabletScheduler.java, clone/BackendLoadStatistic.java).
"""

from policies.address import Address
from policies.cluster import ClusterState, RunMode
from policies.plan import Finding, Verdict
from policies.replication import demanding
from policies.room import full_nodes
from policies.units import in_list, in_percent

NAME = "destinations"


def destinations(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    most = demanding(state)
    if state.run_mode is RunMode.SHARED_DATA or most is None:
        return []
    full = full_nodes(targets, state)
    shut = {backend.id for backend in full}
    stayers = [backend for backend in state.staying(set(targets)) if backend.alive]
    hosts = {backend.address.host for backend in stayers}
    open_hosts = {backend.address.host for backend in stayers if backend.id not in shut}
    if len(hosts) < most.replication or not open_hosts:
        return []  # backend count, or room, says worse
    words = f"{len(open_hosts)} of the {len(hosts)} staying hosts have room; the largest replication number is {most.replication}."
    if len(open_hosts) >= most.replication:
        return [Finding(check=NAME, verdict=Verdict.OK, sentence=words)]
    names = in_list([f"{backend.address} ({in_percent(backend.max_disk_used_share)} used)" for backend in full])
    advice = (
        f"A tablet that needs a copy on {names} and has none there yet cannot move, and the drain would stand still: "
        "make room there, or add a backend, first."
    )
    return [Finding(check=NAME, verdict=Verdict.WARN, sentence=words, advice=advice)]
