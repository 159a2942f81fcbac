"""Stop and start a whole cluster: docs/decisions/0017 says why in this order.

Mission document 002 starts the followers before the leader, each verified before the next. That is for frontends that join; of
a group that was down, none serves before more than half of them run, and the one that led last has the newest journal.
"""

from collections.abc import Sequence
from datetime import datetime

from policies import checks
from policies.cluster import ClusterState
from policies.conditions.whole import runs
from policies.estimate import DrainRecord
from policies.facts import nodes_facts
from policies.images import CREATE_IMAGE_SINCE
from policies.pacing import Pacing
from policies.plan import Estimate, Fact, Finding, Plan, Step, Verdict
from policies.request import Request
from policies.steps.image import image_step
from policies.steps.whole import GROUP, alive_step, start_steps, stop_steps
from policies.units import in_list
from policies.versions import known_since

ABOUT = "every node of the cluster"
STOP_S = (3.0, 60.0)
"""Cluster seconds to stop one process: a graceful stop waits for what runs, and without frontends nothing does."""
BEGIN_S = (2.0, 10.0)
UP_S = (60.0, 1_200.0)
"""Until the slowest node serves: a backend that reads the metadata of its tablets (StarRocks issue 3098)."""


def stop_all(
    request: Request,
    state: ClusterState,
    *,
    pacing: Pacing,
    revision: int,
    now: datetime,
    history: tuple[DrainRecord, ...] = (),
) -> Plan:
    """An image of the metadata where it can be seen, then every process that runs; the rest of them where nobody leads any more."""
    del history
    answered = state.leader is not None and state.remembered_at is None
    nodes = [node for node in state.nodes if runs(node.address, state) is True]
    alive = tuple(node.address for node in nodes if node.alive)
    rules = checks.STOP_ALL if answered else checks.STOP_THE_REST
    findings = checks.run(rules, tuple(node.address for node in state.nodes), state)
    image, told = _image(state) if answered else ((), [])
    seen = (alive_step(alive, before_a_stop=True),) if alive else ()
    steps = (*seen, *image, *stop_steps(nodes, state, pacing)) if nodes else ()
    low, high = (pacing.wall(seconds * len(nodes)) for seconds in STOP_S)
    return Plan(
        operation=request.id,
        revision=revision,
        kind=request.kind,
        cluster=request.cluster,
        made_at=now,
        title=f"Stop the whole cluster, {len(nodes)} nodes",
        about=ABOUT,
        reason=request.reason,
        command=request.command,
        targets=tuple(node.address for node in nodes),
        steps=steps,
        findings=(*findings, *told, *_order(steps)),
        facts=(*(nodes_facts(state) if answered else ()), *_processes(state)),
        estimate=Estimate(low_s=low, high_s=high, reason=_reason("seconds for each process", state)),
        undo_words=f"Abort starts again what was stopped, the frontends first{', and sees every node alive' if alive else ''}.",
        done_words=f"All {len(nodes)} nodes are stopped. `/sr start all` starts the cluster again.",
    )


def start_all(
    request: Request,
    state: ClusterState,
    *,
    pacing: Pacing,
    revision: int,
    now: datetime,
    history: tuple[DrainRecord, ...] = (),
) -> Plan:
    """Every process that does not run, of the members that are listed or were last seen."""
    del history
    by_people = state.hosts is None
    up = {node.address: runs(node.address, state) for node in state.nodes}
    nodes = [node for node in state.nodes if up[node.address] is False or (by_people and up[node.address] is None)]
    known = [node for node in state.nodes if by_people or up[node.address] is not None]
    findings = checks.run(checks.START_ALL, tuple(node.address for node in state.nodes), state)
    steps = start_steps(nodes, known, state) if nodes else ()
    low, high = (pacing.wall(BEGIN_S[end] * len(nodes) + UP_S[end]) for end in (0, 1))
    left_out = len(state.nodes) - len(known)
    return Plan(
        operation=request.id,
        revision=revision,
        kind=request.kind,
        cluster=request.cluster,
        made_at=now,
        title=f"Start the whole cluster, {len(nodes)} of {len(state.nodes)} nodes",
        about=ABOUT,
        reason=request.reason,
        command=request.command,
        targets=tuple(node.address for node in nodes),
        steps=steps,
        findings=(*findings, *_order(steps)),
        facts=_processes(state),
        estimate=Estimate(low_s=low, high_s=high, reason=_reason("a moment for each process, then the slowest node", state)),
        undo_words="Abort starts nothing more; what has started runs on.",
        done_words=f"{len(known)} nodes are alive{f', {left_out} left out' if left_out else ', and the cluster is at rest'}.",
    )


def _image(state: ClusterState) -> tuple[tuple[Step, ...], list[Finding]]:
    """A fresh image saves the start from reading the whole journal; only worth it where its arrival is seen without a person."""
    told = state.images or {}
    living = [frontend.address.host for frontend in state.frontends if frontend.alive]
    if living and known_since(state.version, CREATE_IMAGE_SINCE) and all(host in told for host in living):
        return (image_step(GROUP),), []
    words = "No image of the metadata is written first, since nobody here could see it arrive: the start reads more journal."
    advice = "`/sr create image` beforehand makes the start shorter."
    return (), [Finding(check="image", verdict=Verdict.WARN, sentence=words, advice=advice)]


def _processes(state: ClusterState) -> tuple[Fact, ...]:
    """Judged by hosts alone, so that it can be judged again while no frontend answers."""
    words = {True: "runs", False: "does not run", None: "unknown"}
    kinds = state.kinds
    return tuple(
        Fact(key=f"process {address}", label=f"Process of {kinds[address].short} {address}", value=words[runs(address, state)])
        for address in sorted(kinds)
    )


def _order(steps: Sequence[Step]) -> list[Finding]:
    names = [step.title for step in steps if step.act is not None]
    if not names:
        return []
    return [Finding(check="order", verdict=Verdict.OK, sentence=f"In this order: {in_list(names, 8)}.", told=True)]


def _reason(words: str, state: ClusterState) -> str:
    return f"{words}; without the time people need on hosts" if state.hosts is None else words
