"""Running ALTER jobs and very old loads hold a drain up.

Tablets of a table under ALTER are not scheduled, and a moved tablet's old replica is deleted only when every older
transaction of its table has finished (fe: clone/TabletScheduler.java).
"""

from datetime import datetime, timedelta

from policies.address import Address
from policies.cluster import ClusterState, RunMode
from policies.plan import Finding, Verdict
from policies.units import in_list, in_time

NAME = "alter jobs and loads"
OLD = timedelta(hours=1)


def alter_and_loads(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    if state.run_mode is RunMode.SHARED_DATA:
        return []
    findings = [*_alter_jobs(state), *_old_loads(state)]
    if not findings and state.alter_jobs is not None and state.transactions is not None:
        words = "No ALTER job and no load older than 1 h is running."
        findings.append(Finding(check=NAME, verdict=Verdict.OK, sentence=words))
    return findings


def _alter_jobs(state: ClusterState) -> list[Finding]:
    if not state.alter_jobs:
        return []
    count = len(state.alter_jobs)
    jobs = in_list([f"{job.database}.{job.table} ({job.state})" for job in state.alter_jobs])
    words = f"{count} ALTER {'job is' if count == 1 else 'jobs are'} running: {jobs}."
    return [_warn(words, "Their tablets leave the node only when the job has ended.")]


def _old_loads(state: ClusterState) -> list[Finding]:
    """Age is measured against the time of the look, so that a plan made again from it says the same."""
    started: list[tuple[datetime, str]] = [
        (load.prepared, f"{load.label} of {load.database}")
        for load in state.transactions or ()
        if load.prepared is not None and state.taken_at - load.prepared > OLD
    ]
    if not started:
        return []
    since, name = min(started)
    are = "load transaction is" if len(started) == 1 else "load transactions are"
    words = f"{len(started)} {are} older than 1 h; {name} runs for {in_time(state.taken_at - since)}."
    return [_warn(words, "Moved tablets of that table keep their old replica until it ends.")]


def _warn(sentence: str, advice: str) -> Finding:
    return Finding(check=NAME, verdict=Verdict.WARN, sentence=sentence, advice=advice)
