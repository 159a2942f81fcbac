"""Which hosts get the package now, and what their jobs came to.

A job is begun only for a node of the window: the first `fan_out` hosts, in the order of the plan, that are not known to have
ended. A node leaves the window by ending and never otherwise, since what is tried again goes behind the rest; so every job
that runs belongs to the window, at most `fan_out` of them, and a look at the window's hosts sees all that goes on. A host that
cannot be looked at keeps its place: its job may run.
"""

from collections.abc import Mapping

from policies.acts import StagePackage
from policies.cluster import ClusterState
from policies.hosts import HostJob, JobState
from policies.operation import Reading, StepMemory
from policies.packages import PackagesStaged, Recipient, StagePackages, Staging
from policies.units import in_list

NODES_SHOWN = 8
"""Of those where it failed for the same reason."""


def job_for(node: Recipient, memory: StepMemory) -> str:
    """The id of the node's job on its host."""
    tried = memory.staging.tries.get(str(node.address), 0)
    return f"{memory.job}-{node.role.process.lower()}" + (f"-{tried + 1}" if tried else "")


def jobs(act: StagePackages, memory: StepMemory) -> tuple[str, ...]:
    """The ids to look for on the hosts of the window."""
    return tuple(dict.fromkeys(job_for(node, memory) for node in window(act, memory))) if memory.job else ()


def window(act: StagePackages, memory: StepMemory) -> tuple[Recipient, ...]:
    """The nodes whose jobs may run now: one for each host."""
    staging = memory.staging
    ended = {*staging.verified, *staging.failed}
    left = [node for node in act.nodes if str(node.address) not in ended]
    left.sort(key=lambda node: staging.tries.get(str(node.address), 0))
    firsts: dict[str, Recipient] = {}
    for node in left:
        firsts.setdefault(node.address.host, node)
    return tuple(firsts.values())[: act.fan_out]


def seen(act: StagePackages, memory: StepMemory, state: ClusterState) -> StepMemory:
    """The memory with what this look shows of the jobs."""
    staging = memory.staging
    verified, running, failed = list(staging.verified), [], dict(staging.failed)
    for node in window(act, memory):
        where, job = str(node.address), _job(node, memory, state)
        match job.state if job is not None else None:
            case JobState.DONE:
                verified.append(where)
            case JobState.RUNNING:
                running.append(where)
            case JobState.FAILED:
                failed[where] = (job.said if job else "").rstrip(".") or "it gave no reason; its log is on the host"
            case JobState.LOST:
                failed[where] = "the job was cut short, as by a restart of the host"
            case None if where in staging.running:
                running.append(where)  # Its host cannot be looked at.
    there = {*verified, *running, *failed}
    copied = {where: share for where, share in staging.copied.items() if where not in there}
    found = staging.with_(verified=tuple(verified), running=tuple(running), failed=failed, copied=copied)
    return memory.with_(staging=found)


def to_begin(act: StagePackages, memory: StepMemory, state: ClusterState) -> tuple[tuple[str, StagePackage], ...]:
    """The jobs, by their ids, that this look allows to begin; also those whose package is still on its way there."""
    return tuple(
        (job_for(node, memory), StagePackage(role=node.role, address=node.address, version=act.version))
        for node in due(act, memory, state)
        if state.hosts is None or state.host_of(node.address) is not None
    )


def due(act: StagePackages, memory: StepMemory, state: ClusterState) -> tuple[Recipient, ...]:
    """The nodes whose turn it is; the hosts of those that came into the window by this very look are looked at first.

    None any more once it failed on as many hosts as get it at once and went well nowhere: that is no fault of one host.
    """
    if _hopeless(act, memory):
        return ()
    return tuple(node for node in window(act, memory) if not _troubled(node, state) and _absent(node, memory, state))


def told(staging: Staging, begun: list[str], refused: Mapping[str, str], copied: Mapping[str, float | None]) -> Staging:
    """What is known after the hosts were asked to begin; a copy that does not say how far it is, is where it was."""
    shares = {**staging.copied, **{at: staging.copied.get(at, 0.0) if share is None else share for at, share in copied.items()}}
    return staging.with_(
        running=(*staging.running, *begun),
        failed={**staging.failed, **{at: why.rstrip(".") for at, why in refused.items()}},
        copied={at: share for at, share in shares.items() if at not in refused and at not in begun},
    )


def failures(act: StagePackages, memory: StepMemory, state: ClusterState) -> str:
    """Where and why it failed, as a sentence, once nothing goes on any more; empty before that, and when all went well."""
    staging = memory.staging
    unknown = [node for node in window(act, memory) if _troubled(node, state)]
    if not staging.failed or staging.running or due(act, memory, state) or (unknown and not _hopeless(act, memory)):
        return ""
    reasons: dict[str, list[str]] = {}
    for node in act.nodes:
        why = staging.failed.get(str(node.address))
        if why is not None:
            reasons.setdefault(why, []).append(f"{node.role.process} on {node.address.host}")
    parts = [f"{in_list(nodes, NODES_SHOWN)}: {why}." for why, nodes in reasons.items()]
    total = len(act.nodes)
    left = total - len(staging.verified) - len(staging.failed)
    rest = [f"It went well nowhere, so the other {left} were not begun."] if left else []
    return " ".join([f"Staging of {act.version} failed for {len(staging.failed)} of {total} nodes.", *parts, *rest])


def again(staging: Staging) -> Staging:
    """After a person's retry: what failed is tried anew, by another job."""
    tries = {where: staging.tries.get(where, 0) + 1 for where in staging.failed}
    return staging.with_(failed={}, tries={**staging.tries, **tries})


def holds(condition: PackagesStaged, memory: StepMemory) -> bool:
    return {str(node.address) for node in condition.nodes} <= set(memory.staging.verified)


def read(condition: PackagesStaged, state: ClusterState, memory: StepMemory) -> Reading:
    """How many are verified and how many on their way; a copy tells how far it is."""
    staging, total = memory.staging, len(condition.nodes)
    verified, failed = len(staging.verified), len(staging.failed)
    if holds(condition, memory):
        return Reading(done=True, share=1.0, sentence=f"{condition.version} is unpacked and verified for all {total} nodes.")
    parts = [f"{verified} of {total} verified"]
    under_way = len({*staging.running, *staging.copied})
    if under_way:
        parts.append(f"{under_way} under way")
    if failed:
        parts.append(f"{failed} failed")
    copies = [f"{where.rpartition(':')[0]} {share * 100:.0f} %" for where, share in staging.copied.items()]
    sentences = [f"{', '.join(parts)}."]
    if copies:
        sentences.append(f"Copied: {in_list(copies, NODES_SHOWN)}.")
    sentences += [f"{look.address.host} cannot be looked at: {look.trouble}" for look in state.hosts or () if look.trouble]
    return Reading(done=False, share=verified / total, sentence=" ".join(sentences))


def _job(node: Recipient, memory: StepMemory, state: ClusterState) -> HostJob | None:
    """The job as the look shows it; None when the host was not looked at, or not for this job."""
    look = state.host_of(node.address)
    return look.jobs.get(job_for(node, memory)) if look is not None and not look.trouble and memory.job else None


def _absent(node: Recipient, memory: StepMemory, state: ClusterState) -> bool:
    job = _job(node, memory, state)
    return job is None or job.state is JobState.ABSENT


def _troubled(node: Recipient, state: ClusterState) -> bool:
    look = state.host_of(node.address)
    return look is not None and bool(look.trouble)


def _hopeless(act: StagePackages, memory: StepMemory) -> bool:
    return len(memory.staging.failed) >= max(2, act.fan_out) and not memory.staging.verified
