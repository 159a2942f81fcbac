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
    restoring_message,
    status_message,
    views_message,
)
from bot.message import Message
from policies.cluster import ClusterState, NodeKind
from policies.members import as_last_seen
from policies.request import Request
from policies.restoring import group_of, restoring
from workers.drafting import make_plan
from workers.hosts import HostRefused
from workers.hosts.jobs import place_of
from workers.remembering import unread_words
from workers.starrocks import ClusterError, Depth
from workers.wiring import Wiring


def answer(wiring: Wiring, kind: str, cluster: str, channel: str, user: str, question: str, text: str) -> str:
    """Look, and put the answer into the asker's outbox; a cluster that cannot be read is told as such."""
    try:
        message, public = _message(wiring, kind, cluster, text)
    except ClusterError as error:
        message, public = private_line(unread_words(wiring, cluster, str(error))), False
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
    if kind == "restore":
        return _restoring(wiring, cluster), False
    state = wiring.watch(cluster, Depth.STATUS)
    wiring.remember_members(state)
    if kind == "nodes":
        return nodes_message(state), False
    operations = [operation for operation in wiring.mailbox.live() if operation.cluster == cluster]
    return status_message(state, operations, wiring.mailbox.holder(cluster)), False


def _restoring(wiring: Wiring, cluster: str) -> Message:
    """The lines for people, with the directories of the host that the newest copy lies on."""
    state = _seen_now_or_last(wiring, cluster)
    known = group_of(state)
    if known is None:
        return private_line(f"No frontend of {cluster} is known, so there is nothing to say about restoring them.")
    entry = wiring.settings.clusters[cluster].hosts
    if entry is not None:
        try:
            place = place_of(entry, known.leader, NodeKind.FOLLOWER)
            known = known.with_(home=place.home, backups=place.backup)
        except HostRefused:
            pass  # The lines then name the directories by words that people fill in.
    return restoring_message(known, restoring(known), state.remembered_at or state.taken_at)


def _seen_now_or_last(wiring: Wiring, cluster: str) -> ClusterState:
    """Who asks how to restore metadata may have no frontend left that answers. Raises ClusterError when nothing is remembered."""
    try:
        state = wiring.watch(cluster, Depth.NODES)
        wiring.remember_members(state)
        return state
    except ClusterError:
        members = wiring.members(cluster)
        if members is None:
            raise
        return as_last_seen(members, cluster, wiring.now())


def _dry_run(wiring: Wiring, request: Request) -> tuple[Message, bool]:
    plan = make_plan(wiring, request, revision=1, now=datetime.now(UTC))
    if not plan.steps:
        return refusal_message(request, tuple(f"{f.sentence} {f.advice}".strip() for f in plan.findings)), False
    return dry_run_message(plan), True
