"""Questions that need a look at a cluster: status, nodes, and the dry run of a plan. Nothing is changed."""

from datetime import UTC, datetime

from bot.blocks import (
    balance_message,
    checks_message,
    dry_run_message,
    hosts_message,
    nodes_message,
    private_line,
    refusal_message,
    status_message,
    views_message,
)
from bot.message import Message
from policies.request import Request
from workers.drafting import make_plan
from workers.starrocks import ClusterError, Depth
from workers.wiring import Wiring


def answer(wiring: Wiring, kind: str, cluster: str, channel: str, user: str, question: str, text: str) -> str:
    """Look, and put the answer into the asker's outbox; a cluster that cannot be read is told as such."""
    try:
        message, public = _message(wiring, kind, cluster, text)
    except ClusterError as error:
        message, public = private_line(f"Cluster {cluster} could not be read: {error}"), False
    entry = wiring.private(channel, user, message)
    if public:
        entry["type"] = "post"
    wiring.mailbox.say(f"to:{question}", question, entry)
    return message.text


def _message(wiring: Wiring, kind: str, cluster: str, text: str) -> tuple[Message, bool]:
    if kind == "plan":
        return _dry_run(wiring, Request.model_validate_json(text))
    if kind == "check":
        request = Request.model_validate_json(text)
        return checks_message(make_plan(wiring, request, revision=1, now=datetime.now(UTC))), False
    if kind == "balance":
        return balance_message(wiring.watch(cluster, Depth.EVIDENCE)), False
    if kind == "views":
        return views_message(wiring.watch(cluster, Depth.VIEWS)), False
    if kind == "hosts":
        state = wiring.watch(cluster, Depth.NODES)
        return hosts_message(wiring.with_hosts(state, state.kinds, survey=True, members=())), False
    state = wiring.watch(cluster, Depth.STATUS)
    if kind == "nodes":
        return nodes_message(state), False
    operations = [operation for operation in wiring.mailbox.live() if operation.cluster == cluster]
    return status_message(state, operations, wiring.mailbox.holder(cluster)), False


def _dry_run(wiring: Wiring, request: Request) -> tuple[Message, bool]:
    plan = make_plan(wiring, request, revision=1, now=datetime.now(UTC))
    if not plan.steps:
        return refusal_message(request, tuple(f"{f.sentence} {f.advice}".strip() for f in plan.findings)), False
    return dry_run_message(plan), True
