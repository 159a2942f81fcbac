"""Processes on hosts: restarted, stopped, a job ended; and the cluster at rest again before the next node's turn.

The rules for the turn of the next node are those of the manual's upgrade chapter, gathered in the facts on upgrades (A7).
"""

import re

from policies import staging
from policies.address import Address
from policies.awaited import (
    AllAtVersion,
    ClusterSettled,
    Condition,
    FrontendAnswers,
    GoAhead,
    HostJobDone,
    NodeRestarted,
    NodeStopped,
    NodeUp,
    ProcessCondition,
    RoutineLoadsTold,
)
from policies.awaited_conf import ConfIs
from policies.cluster import ClusterState, RunMode
from policies.conditions import confs, routine_loads
from policies.conditions.nodes import missing
from policies.hosts import HostLook, JobState
from policies.operation import Reading, StepMemory
from policies.packages import PackagesStaged
from policies.units import in_count, in_list
from policies.versions import runs


def holds(condition: ProcessCondition, state: ClusterState, memory: StepMemory) -> bool:
    """Whether this look alone shows what the condition wants."""
    match condition:
        case NodeRestarted():
            return not _not_restarted(condition, state)
        case NodeStopped():
            row, host = state.node(condition.role, condition.address), state.host_of(condition.address)
            # Where a driver reaches hosts, one that was not looked at proves nothing.
            gone = state.hosts is None or (host is not None and not host.trouble and host.process is None)
            return state.lists(condition.role) and gone and (row is None or not row.alive)
        case ClusterSettled():
            return not _unsettled(condition, state)
        case FrontendAnswers():
            return _refusal(condition, state) == ""
        case AllAtVersion():
            return not _otherwise(condition, state)
        case GoAhead():
            return memory.resumed_at is not None
        case ConfIs():
            return confs.holds(condition, state)
        case HostJobDone():
            host = state.host_of(condition.address)
            return _job(host, memory) is JobState.DONE and job_trouble(state, memory, condition.address) is None
        case PackagesStaged():
            return staging.holds(condition, memory)
        case RoutineLoadsTold():
            return routine_loads.seen(state)


def read(condition: ProcessCondition, state: ClusterState, memory: StepMemory) -> Reading:
    """What the condition sees, as a sentence."""
    done = holds(condition, state, memory)
    match condition:
        case NodeRestarted():
            return Reading(done=done, sentence=_restart_words(condition, state))
        case NodeStopped():
            who = f"{condition.role.short} {condition.address}"
            words = "is stopped: no process, and not alive for the cluster." if done else "still runs, or still counts as alive."
            return Reading(done=done, sentence=f"{who} {words}{'' if done else _unseen(condition.address, state)}")
        case ClusterSettled():
            words = _unsettled(condition, state)
            settled = f"The cluster is at rest again after {condition.address}: all alive, nothing to repair."
            return Reading(done=done, sentence=words or settled)
        case FrontendAnswers():
            why = _refusal(condition, state)
            words = f"Frontend {condition.address} answers a query."
            return Reading(done=done, sentence=f"Frontend {condition.address} answers no query yet: {why}." if why else words)
        case AllAtVersion():
            otherwise = _otherwise(condition, state)
            words = f"All {len(state.nodes)} nodes are alive and run {condition.version}."
            return Reading(done=done, sentence=f"Not yet: {otherwise}." if otherwise else words)
        case GoAhead():
            return Reading(done=done, sentence="Somebody looked and resumed." if done else condition.seen)
        case ConfIs():
            return confs.read(condition, state)
        case HostJobDone():
            host = state.host_of(condition.address)
            said = _said(host, memory)
            words = f"{condition.what} on {condition.address.host} is done."
            if not done:
                words = f"{condition.what} goes on.{_unseen(condition.address, state)}"
            return Reading(done=done, sentence=f"{words} {said}".strip())
        case PackagesStaged():
            return staging.read(condition, state, memory)
        case RoutineLoadsTold():
            return Reading(done=done, sentence=routine_loads.words(state))


def mixed(state: ClusterState, address: Address) -> bool:
    """Whether the look at the node's host shows a swap of versions that was cut, whatever runs there now."""
    host = state.host_of(address)
    return host is not None and bool(host.unfinished)


def told_by_frontends(condition: Condition, state: ClusterState) -> bool:
    """Whether what the frontends list proves the condition, so that no host has to be asked (a login takes longer than a list)."""
    return isinstance(condition, NodeRestarted) and not _not_restarted(condition, state)


def job_trouble(state: ClusterState, memory: StepMemory, address: Address) -> str | None:
    """Why the step's job on the node's host did not end well, as a sentence; None while it may."""
    host = state.host_of(address)
    where, said = address.host, _said(host, memory)
    match _job(host, memory):
        case JobState.FAILED:
            return f"The job on {where} failed: {(said or 'it gave no reason; its log is on the host').rstrip('.')}."
        case JobState.LOST:
            return f"The job on {where} was cut short, as by a restart of the host. {said}".strip()
        case _:
            return _older_image(said, memory, where)


_IMAGE = re.compile(r"\(image/\S*image\.(\d+)\)$")
"""How the job that copies metadata names the newest image in its copy."""


def _older_image(said: str, memory: StepMemory, where: str) -> str | None:
    """A copy whose image is older than the one that was just made is of another directory, or of nothing that was asked for."""
    found = _IMAGE.search(said.strip())
    if memory.mark is None or found is None or int(found[1]) >= memory.mark:
        return None
    newest = f"image.{found[1]}, older than journal {memory.mark} of the image that was just made"
    return f"The copy on {where} holds {newest}: look whether meta_dir of fe.conf is the directory in use."


def _job(host: HostLook | None, memory: StepMemory) -> JobState:
    found = host.jobs.get(memory.job) if host is not None and memory.job else None
    return found.state if found is not None else JobState.ABSENT


def _said(host: HostLook | None, memory: StepMemory) -> str:
    found = host.jobs.get(memory.job) if host is not None and memory.job else None
    return found.said if found is not None else ""


def _not_restarted(condition: NodeRestarted, state: ClusterState) -> str:
    """What is not as it should be yet, in words; empty when the node has restarted."""
    row = state.node(condition.role, condition.address)
    if row is None:
        return "is not listed."
    if row.alive and row.last_start is None:
        return "is alive, but the cluster shows no start time, so that nobody can tell whether it has restarted."
    if row.last_start is not None and row.last_start == condition.before:
        return "has not restarted yet: it runs, and its start time is the old one." if row.alive else "is down."
    host = state.host_of(condition.address)
    if host is not None and host.unfinished:
        return f"has files of two versions on {condition.address.host}: their swap was cut."
    up = NodeUp(role=condition.role, address=condition.address, version=condition.version)
    unseen = host is not None and host.trouble
    return missing(up, row, state) or ("is up, but whether its files are whole is not known." if unseen else "")


def _restart_words(condition: NodeRestarted, state: ClusterState) -> str:
    who = f"{condition.role.process} {condition.address}"
    wanting = _not_restarted(condition, state)
    if not wanting:
        return f"{who} has restarted: alive, version {condition.version}."
    host = state.host_of(condition.address)
    if host is not None and host.trouble:
        return f"{who} {wanting} Its host cannot be looked at: {host.trouble}"
    if host is not None and host.process is None:
        return f"{who} {wanting} No process runs on its host."
    return f"{who} {wanting}"


def _unseen(address: Address, state: ClusterState) -> str:
    """That nobody knows what goes on there, where the host cannot be looked at."""
    host = state.host_of(address)
    return f" Its host cannot be looked at: {host.trouble}" if host is not None and host.trouble else ""


def _refusal(condition: FrontendAnswers, state: ClusterState) -> str:
    """Why a query through the frontend failed; empty when it was answered."""
    return (state.answers or {}).get(condition.address.host, "it could not be asked").rstrip(".")


def _otherwise(condition: AllAtVersion, state: ClusterState) -> str:
    """Which nodes are not as they should be, in words; a list that was not read is not as it should be."""
    if not (state.frontends and state.compute_nodes_read):
        return "not every list of nodes could be read"
    other = [node for node in state.nodes if not runs(node.version, condition.version)]
    wrong = [f"{node.address} runs {node.version or 'an unknown version'}" for node in other]
    wrong += [f"{node.address} is not alive" for node in state.nodes if not node.alive]
    first = {node.version: node for node in reversed(state.nodes)}
    if len(first) > 1 and not wrong:
        return "it is not one build: " + in_list([f"{node.address} runs {version}" for version, node in first.items()])
    return in_list(wrong)


def _unsettled(condition: ClusterSettled, state: ClusterState) -> str:
    """What is not at rest, in words; what could not be read is not at rest."""
    down = [str(worker.address) for worker in state.workers if not worker.alive]
    down += [str(frontend.address) for frontend in state.frontends if not frontend.alive]
    if down:
        return f"Waiting: {in_list(down)} {'is' if len(down) == 1 else 'are'} not alive."
    if state.leader is None:
        return "Waiting: no frontend leads right now."
    if state.run_mode is RunMode.SHARED_DATA:
        return ""
    if state.scheduler is None or state.health is None or state.colocate_groups is None:
        return "Waiting: the state of the tablets cannot be read."
    queued = state.scheduler.pending + state.scheduler.running
    if queued and condition.idle:
        return f"Waiting: the scheduler has {in_count(queued)} tablets to repair or to move."
    if state.health.bad > condition.unhealthy:
        before = f"; before there were {in_count(condition.unhealthy)}" if condition.unhealthy else ""
        return f"Waiting: {in_count(state.health.bad)} tablets are unhealthy{before}."
    restless = [group.name for group in state.colocate_groups if not group.stable]
    if restless:
        return f"Waiting: colocate group {in_list(restless)} is not stable."
    return ""
