"""Answers to questions: status, nodes, operations, the lock, one operation, a dry run. Most are for the asker alone."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.blocks.card import card, state_line
from bot.blocks.holder import Holder
from bot.blocks.layout import (
    Block,
    bullets,
    clock,
    context,
    fields,
    header,
    paragraph,
    preformatted,
    rich,
    section,
    space,
    when,
    words,
)
from bot.blocks.phrases import on_cluster, plural, title_of, typed_words
from bot.blocks.plan_card import check_counts, copy_banner, finding_blocks, plan_blocks
from bot.blocks.replies import EMOJI
from bot.blocks.tables import (
    MOST_OPERATIONS,
    backends_text,
    compute_nodes_text,
    frontends_text,
    operation_line,
    versions_text,
)
from bot.escape import clip, code, mrkdwn, plain, sentence
from bot.limits import fitted
from bot.message import Message
from policies.cluster import Backend, ClusterState, ComputeNode, Frontend
from policies.operation import Event, Operation, Snapshot
from policies.plan import Plan
from policies.request import OperationKind, Request
from policies.units import in_bytes, in_count, in_list

_MOST_EVENTS = 15


def status_message(
    state: ClusterState, operations: Sequence[Operation] = (), holder: Holder | None = None
) -> Message:
    """How a cluster is, what goes on there, and who has its lock."""
    nodes: tuple[Frontend | Backend | ComputeNode, ...] = (
        *state.frontends,
        *state.backends,
        *state.compute_nodes,
    )
    down = [str(node.address) for node in nodes if not node.alive]
    leaving = [str(backend.address) for backend in state.backends if backend.decommissioned]
    health = f"⚠️ {plural(len(down), 'node')} down: {in_list(down)}" if down else "✅ every node is up"
    blocks: list[Block] = [
        header(f"Cluster {state.cluster}"),
        section(f"{mrkdwn(health)} · looked at {clock(state.taken_at)}"),
        fields(_status_fields(state, leaving)),
        *_operation_lines(operations, f"No operation is under way on {state.cluster}."),
        _lock_block(state.cluster, holder),
        *_unread(state),
        context(mrkdwn(versions_text(state)), "`/sr nodes` lists every node."),
    ]
    text = f"Cluster {state.cluster}: {health}, {plural(len(operations), 'operation')} under way."
    return _message(text, blocks)


def _status_fields(state: ClusterState, leaving: list[str]) -> list[tuple[str, str]]:
    leader = str(state.leader.address) if state.leader else "none is known"
    nodes = [plural(len(state.frontends), "FE"), plural(len(state.backends), "BE")]
    if state.compute_nodes:
        nodes.append(plural(len(state.compute_nodes), "CN"))
    used = sum(backend.data_used for backend in state.backends)
    total = sum(backend.data_total for backend in state.backends)
    pairs = [
        ("Nodes", mrkdwn(", ".join(nodes))),
        ("Leader FE", mrkdwn(leader)),
        ("Version", mrkdwn(state.version)),
        ("Data", f"{in_bytes(used)} of {in_bytes(total)}"),
    ]
    if state.health is not None:
        sick = state.health.unhealthy
        pairs.append(("Tablets", f"{in_count(state.health.tablets)}, {in_count(sick)} unhealthy"))
    if leaving:
        pairs.append(("Leaving", mrkdwn(in_list(leaving))))
    return pairs


def _unread(state: ClusterState) -> list[Block]:
    lines = [f"{part}: {reason}" for part, reason in state.unread.items()]
    return [context(f"Could not be read: {mrkdwn(clip(in_list(lines, 4), 1_000))}")] if lines else []


def nodes_message(state: ClusterState) -> Message:
    """Every node with its state; the addresses are written as commands take them."""
    blocks: list[Block] = [header(f"Nodes of {state.cluster}")]
    if state.backends:
        blocks.append(rich(preformatted(backends_text(state.backends))))
    if state.compute_nodes:
        blocks.append(rich(preformatted(compute_nodes_text(state.compute_nodes))))
    if state.frontends:
        blocks.append(rich(preformatted(frontends_text(state.frontends))))
    if len(blocks) == 1:
        blocks.append(section("No node is listed."))
    blocks += [*_unread(state), context(mrkdwn(versions_text(state)), f"Looked at {clock(state.taken_at)}")]
    counts = f"{len(state.frontends)} FEs, {len(state.backends)} BEs, {len(state.compute_nodes)} CNs"
    return _message(f"Nodes of {state.cluster}: {counts}.", blocks)


def ops_message(operations: Sequence[Operation], recent: Sequence[Operation] = ()) -> Message:
    """What is under way, newest first, and what ended lately."""
    blocks: list[Block] = [header("Operations"), *_operation_lines(operations, "No operation is under way.")]
    if recent:
        blocks += [rich(paragraph(*words("Ended lately", bold=True))), *_operation_lines(recent, "")]
    blocks.append(context("`/sr show OP` shows one of them, with its plan and what happened."))
    return _message(f"{plural(len(operations), 'operation')} under way.", blocks)


def _operation_lines(operations: Sequence[Operation], empty: str) -> list[Block]:
    if not operations:
        return [section(mrkdwn(empty))] if empty else []
    ordered = sorted(operations, key=lambda operation: operation.created_at, reverse=True)
    items = [
        [*words(operation_line(op)), space(" · "), *words(f"`{op.id}`")] for op in ordered[:MOST_OPERATIONS]
    ]
    if len(ordered) > MOST_OPERATIONS:
        items.append(words(f"…and {len(ordered) - MOST_OPERATIONS} more"))
    return [rich(bullets(items))]


def lock_message(cluster: str, holder: Holder | None, waiting: Sequence[str] = ()) -> Message:
    """Who has a cluster, and who waits for it in which order."""
    blocks = [_lock_block(cluster, holder)]
    if waiting:
        blocks.append(
            section(f"Waiting, in this order: {', '.join(code(operation) for operation in waiting[:20])}")
        )
    text = f"{cluster} belongs to {holder.operation}." if holder else f"{cluster} is free."
    return _message(text, blocks)


def _lock_block(cluster: str, holder: Holder | None) -> Block:
    if holder is None:
        return section(f"🔓 *{mrkdwn(cluster)} is free*: no operation has it.")
    since = f" since {when(datetime.fromtimestamp(holder.since, UTC))}" if holder.since else ""
    title = f" ({mrkdwn(clip(holder.title, 150))})" if holder.title else ""
    owner = f"{code(holder.operation)}{title}{since}"
    return section(f"🔒 *{mrkdwn(cluster)} belongs to* {owner}. It is free when that has ended.")


def show_message(snapshot: Snapshot, events: Sequence[Event] = ()) -> Message:
    """One operation: its card without buttons, and what happened so far."""
    shown = card(snapshot)
    blocks = [block for block in shown.blocks if block["type"] != "actions"]
    if events:
        items = [words(_event_line(event)) for event in events[-_MOST_EVENTS:]]
        earlier = [words(f"…{len(events) - _MOST_EVENTS} earlier ones")] if len(events) > _MOST_EVENTS else []
        blocks[2:2] = [rich(paragraph(*words("What happened", bold=True)), bullets([*earlier, *items]))]
    return fitted(Message(text=shown.text, blocks=tuple(blocks)))


def _event_line(event: Event) -> str:
    at = f"{event.at.astimezone(UTC):%m-%d %H:%M:%S} UTC"
    return f"{at} {EMOJI.get(event.kind, '·')} {clip(event.sentence, 300)}"


def dry_run_message(plan: Plan) -> Message:
    """A plan that nobody can approve: what would run, and how to ask for it."""
    verdict = "it would be refused" if plan.blocked else "nothing blocks it"
    ask = [rich(paragraph(*words("To ask for it:")), preformatted(f"/sr {clip(typed_words(plan), 1_500)}"))]
    following = " Solve what blocks it, then look again." if plan.blocked else ""
    title = on_cluster(plan.title, plan.cluster)
    blocks: list[Block] = [
        header(title),
        section(f"🧪 *Dry run*: {verdict}. Nothing runs and nothing is recorded.{following}"),
        *copy_banner(plan),
        *plan_blocks(plan, "What would run"),
        *([] if plan.blocked else ask),
        context(f"Looked at {when(plan.made_at)} on {mrkdwn(plan.cluster)}"),
    ]
    return _message(f"Dry run: {title}: {verdict}.", blocks)


def checks_message(plan: Plan) -> Message:
    """Every check of an operation with its evidence, the passed ones too; nothing is planned or recorded."""
    title = on_cluster(plan.title, plan.cluster)
    shown = [finding.with_(told=True) for finding in plan.findings]
    verdict = "it would be refused" if plan.blocked else "nothing blocks it"
    blocks: list[Block] = [
        header(f"Checks: {title}"),
        section(f"🧪 {check_counts(plan.findings)}: {verdict}."),
        *finding_blocks(shown, most=30),
        context(f"Looked at {when(plan.made_at)} on {mrkdwn(plan.cluster)}"),
    ]
    return _message(f"Checks: {title}: {verdict}.", blocks)


def refusal_message(request: Request, reasons: Sequence[str]) -> Message:
    """A request that cannot become a plan, told to its author alone: why, and that nothing happened."""
    what = f"{request.command} on {request.cluster}"
    listed = "views" if request.kind in {OperationKind.PAUSE_VIEWS, OperationKind.RESUME_VIEWS} else "nodes"
    items = [words(clip(reason, 600)) for reason in reasons[:10]] or [words("No reason was given.")]
    blocks: list[Block] = [
        section(f"⛔ *No plan was made* for {code(clip(what, 300))}. Nothing was changed."),
        rich(bullets(items)),
    ]
    if request.targets or listed == "views":
        blocks.append(context(f"`/sr {listed} {mrkdwn(request.cluster)}` lists the {listed} as commands take them."))
    return _message(f"No plan was made for {what}: {plain(reasons[0]) if reasons else ''}", blocks)


def private_line(sentence: str) -> Message:
    """A short answer to one person, for instance why a click did not count."""
    return _message(sentence, [rich(paragraph(*words(clip(sentence, 1_500))))])


def state_of(operation: Operation) -> str:
    """One line about an operation, as mrkdwn."""
    return f"{state_line(operation, None)} · {mrkdwn(title_of(operation))}"


def _message(text: str, blocks: Sequence[Block]) -> Message:
    return fitted(Message(text=sentence(clip(text, 240)), blocks=tuple(blocks)))
