"""Running ALTER jobs and very old loads hold a drain up.

Tablets of a table under ALTER are not scheduled, and a moved tablet's old replica is deleted only when every older
transaction of its table has finished (fe: clone/TabletScheduler.java).
"""

from datetime import timedelta

from policies.address import Address
from policies.cluster import ClusterState
from policies.plan import Finding, Verdict
from policies.units import in_list, in_time

NAME = "alter jobs and loads"
OLD = timedelta(hours=1)


def alter_and_loads(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    findings = []
    if state.alter_jobs:
        jobs = in_list([f"{job.database}.{job.table} ({job.state})" for job in state.alter_jobs])
        words = f"{len(state.alter_jobs)} ALTER jobs are running: {jobs}."
        findings.append(_warn(words, "Their tablets leave the node only when the job has ended."))
    old = [t for t in state.transactions or () if t.prepared and state.taken_at - t.prepared > OLD]
    if old:
        oldest = min(old, key=lambda t: t.prepared or state.taken_at)
        age = in_time(state.taken_at - (oldest.prepared or state.taken_at))
        words = f"{len(old)} load transactions are older than 1 h; {oldest.label} of {oldest.database} runs for {age}."
        findings.append(_warn(words, "Moved tablets of that table keep their old replica until it ends."))
    if not findings and state.alter_jobs is not None and state.transactions is not None:
        words = "No ALTER job and no load older than 1 h is running."
        findings.append(Finding(check=NAME, verdict=Verdict.OK, sentence=words))
    return findings


def _warn(sentence: str, advice: str) -> Finding:
    return Finding(check=NAME, verdict=Verdict.WARN, sentence=sentence, advice=advice)
