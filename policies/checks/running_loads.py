"""Loads that run now, before nodes are taken away for a while one after the other: what a roll costs them."""

from policies.address import Address
from policies.cluster import ClusterState, Role, RunMode
from policies.conditions.routine_loads import names, seen, words
from policies.plan import Finding, Verdict
from policies.units import in_count, in_time

NAME = "running loads"
AGAIN = "Routine Loads and the Kafka and Flink connectors try again; Stream Loads, Broker Loads and INSERTs are to be sent again."


def running_loads(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """Facts of the manual (graceful_exit, Export): a load fails with the node it uses, Broker loads and EXPORTs with the leader."""
    leads = any(frontend.address in targets and frontend.role is Role.LEADER for frontend in state.frontends)
    works = any(worker.address in targets for worker in state.workers)
    if state.run_mode is RunMode.SHARED_DATA or not (leads or works):
        return []  # Its transactions are not read.
    if state.transactions is None:
        return [_finding(Verdict.WARN, "Which loads run could not be read.", f"Those that use a node fail when it stops. {AGAIN}")]
    if not state.transactions:
        return [_finding(Verdict.OK, "No load runs now.")]
    oldest = min((load.prepared for load in state.transactions if load.prepared), default=None)
    since = f" (the oldest since {in_time(state.taken_at - oldest)})" if oldest is not None else ""
    count = len(state.transactions)
    ends = ["one fails when a node stops that it uses"] if works else []
    ends += ["Broker Loads and EXPORTs end with the leader"] if leads else []
    cost = f"{in_count(count)} {'load runs' if count == 1 else 'loads run'} now{since}: {'; '.join(ends)}."
    return [_finding(Verdict.WARN, cost, f"{AGAIN} Choose a quiet hour.")]


def routine_loads(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """Who is paused before is told, so that whoever reads the end knows what the roll did."""
    if not seen(state):
        return []
    if state.routine_loads is None:
        return [_finding(Verdict.WARN, words(state), "Look yourself which of them are paused before and after.")]
    if not state.routine_loads:
        return []
    paused = [load for load in state.routine_loads if load.paused]
    already = f" Paused already: {names(paused)}." if paused else ""
    count = len(state.routine_loads) - len(paused)
    told = f"Routine loads that run now: {in_count(count)}.{already} The last step tells which are paused then."
    return [_finding(Verdict.OK, told).with_(told=True)]


def _finding(verdict: Verdict, sentence: str, advice: str = "") -> Finding:
    return Finding(check=NAME, verdict=verdict, sentence=sentence, advice=advice)
