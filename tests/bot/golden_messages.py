"""Every kind of message once, by name: the golden tests store and check exactly these."""

from collections.abc import Callable
from dataclasses import dataclass

from bot import blocks
from bot.commands import Mistake
from bot.message import Message
from policies.address import Address, AddressError
from policies.cluster import ClusterState, RunMode
from policies.hosts import HostLook, HostSurvey, Process
from policies.operation import EventKind, OperationState, Snapshot
from policies.pacing import Pacing
from policies.plan import Estimate, Finding, Verdict
from policies.playbooks import entry_for
from policies.request import OperationKind
from policies.restoring import Group, restoring
from policies.units import GIB
from policies.views import View, Views
from tests.bot import samples
from tests.bot.samples import (
    ALICE,
    BOB,
    CAROL,
    ITEMS,
    STALL,
    draining,
    event,
    followed_up,
    later,
    operation,
    plan,
    snapshot,
    with_form,
)

S = OperationState
E = EventKind
RESTORED = Group(
    cluster="prod", version="3.3.3-312ed45", leader=Address(host="10.84.0.12", port=9010), query_port=9030,
    followers=(Address(host="10.84.0.19", port=9010),), home="/opt/starrocks/fe", backups="/opt/starrocks/backup",
)  # fmt: skip


@dataclass(frozen=True)
class LockHolder:
    operation: str = "op-41aa"
    title: str = "Decommission BE 10.84.0.19:9050"
    since: float = samples.NOW.timestamp()


def many() -> tuple[Address, ...]:
    return tuple(Address(host=f"10.84.2.{number}", port=9050) for number in range(1, 13))


def blocked() -> Snapshot:
    finding = Finding(
        check="backend_count",
        verdict=Verdict.BLOCK,
        sentence="3 BEs would leave 2, but 41 partitions keep 3 replicas, for instance `dwd.orders`.",
        advice="Add backends first, or drain fewer nodes.",
    )
    bad = plan(
        findings=(finding, *samples.findings()),
        estimate=Estimate(low_s=None, high_s=None, reason="it cannot run"),
    )
    return snapshot(operation(S.REFUSED, bad), bad)


def hosts_seen() -> ClusterState:
    """One host that cannot be reached, one with another limit and a note behind it, the others as they should be."""
    state = samples.cluster_state()
    looks = []
    for number, (address, kind) in enumerate(state.kinds.items()):
        conf = {"JAVA_OPTS": '"-Xmx8192m"'} if kind.frontend else {"mem_limit": "70% # for now" if number == 4 else "60%"}
        survey = HostSurvey(
            installed="3.3.3-312ed45", java='openjdk version "17.0.12"', memory=128 * GIB, home_free=1700 * GIB, open_files=655_350,
            clock_skew_s=0.04 * number - 0.1, conf=conf, conf_read=number != 4,
        )  # fmt: skip
        trouble = "10.84.91.18 refuses connections on port 22: sshd does not run there." if number == 8 else ""
        process = None if trouble else Process(pid=7, unit="" if number % 2 else "starrocks.service")
        seen = None if trouble else survey
        looks.append(HostLook(address=address, taken_at=samples.NOW, trouble=trouble, process=process, survey=seen))
    return state.with_(hosts=tuple(looks))


def running(**changes: object) -> Snapshot:
    return snapshot(operation(S.RUNNING, step=1, memory=draining()).with_(**changes))


def third_of_twelve() -> Snapshot:
    big = plan(*many())
    return snapshot(operation(S.RUNNING, big, step=7, memory=draining()), big)


def halted(**changes: object) -> Snapshot:
    why = "BE 10.84.0.19:9050 went down while 10.84.0.18:9050 is draining."
    of = operation(S.HALTED, step=1, memory=draining(), halted_because=why, halted_from="running")
    return snapshot(of.with_(**changes))


def by_jobs(kind: OperationKind, state: OperationState = S.AWAITING_APPROVAL, *targets: Address) -> Snapshot:
    """What jobs on the hosts do, as its playbook plans it where all hosts can be looked at."""
    cluster = samples.cluster_state()
    looks = tuple(HostLook(address=node, taken_at=samples.NOW, process=Process(pid=7)) for node in cluster.kinds)
    asked = samples.request(*targets).with_(kind=kind)
    made = entry_for(kind).make_plan(asked, cluster.with_(hosts=looks), pacing=Pacing(), revision=1, now=samples.NOW)
    step = len(made.steps) if state is S.DONE else 0
    return snapshot(operation(state, made, request=asked, step=step), made)


def views_seen() -> ClusterState:
    """Three views on one another, one inactive for a reason of its own, one long and odd name."""
    def view(number: int, database: str, name: str, **changes: object) -> View:
        made = View(id=number, database=database, name=name, refresh="ASYNC", active=True, last_state="SUCCESS")
        return made.with_(last_started="2025-06-19 11:50:29", **changes)

    seen = (
        view(1, "dws", "orders_hourly"),
        view(2, "dws", "orders daily", last_state="FAILED", last_error="Memory of process exceed limit"),
        view(3, "ads", "top`10_of_every_shop_in_every_country", refresh="MANUAL"),
        view(4, "dws", "old", active=False, reason="base-table dropped: orders_old"),
    )
    views = Views(seen=seen, rollups=1, stands_on=((2, 1), (3, 2)))
    return ClusterState(cluster="prod", taken_at=samples.NOW, version="3.3.3", run_mode=RunMode.SHARED_DATA, views=views)


def _address_mistake() -> Mistake:
    try:
        Address.parse("10.84.0.18")
    except AddressError as error:
        return Mistake(
            sentence=str(error), right="Write `HOST:PORT`.", next="/sr decommission be 10.84.0.18:9050"
        )
    raise AssertionError("not an address")


CARDS: dict[str, Callable[[], Snapshot]] = {
    "drafting": lambda: Snapshot(
        operation=operation(S.DRAFTING, title="", digest="", revision=0, expires_at=None)
    ),
    "refused": blocked,
    "refused-unread": lambda: Snapshot(operation=operation(S.REFUSED, title="", digest="", revision=0)),
    "awaiting": lambda: snapshot(operation(S.AWAITING_APPROVAL)),
    "awaiting-one-of-two": lambda: snapshot(
        operation(S.AWAITING_APPROVAL, quorum=2, votes=(samples.vote(BOB, plan(), 5),))
    ),
    "awaiting-twelve-nodes": lambda: snapshot(operation(S.AWAITING_APPROVAL, plan(*many())), plan(*many())),
    "awaiting-unknown-time": lambda: snapshot(
        operation(S.AWAITING_APPROVAL),
        plan(
            estimate=Estimate(low_s=None, high_s=None, reason="no drain of this cluster was seen yet"),
            room=(),
        ),
    ),
    "rejected": lambda: snapshot(operation(S.REJECTED)),
    "expired": lambda: snapshot(operation(S.EXPIRED)),
    "cancelled": lambda: snapshot(operation(S.CANCELLED)),
    "queued": lambda: snapshot(operation(S.QUEUED, queued_behind="op-41aa")),
    "running": running,
    "running-first-look": lambda: running(step=0, memory=None),
    "running-stalled": lambda: running(
        memory=draining(stall=STALL, stall_since=later(34), forecast="time left unknown")
    ),
    "running-unreachable": lambda: running(
        trouble="10.84.0.12:9030 does not answer (timed out)", trouble_since=later(38)
    ),
    "running-third-of-twelve": third_of_twelve,
    "paused": lambda: snapshot(operation(S.PAUSED, step=1, memory=draining())),
    "halted": halted,
    "halted-skippable": lambda: halted(skippable=True),
    "undoing": lambda: snapshot(operation(S.UNDOING, step=1, memory=draining())),
    "undone": lambda: snapshot(operation(S.UNDONE, step=1)),
    "closed": lambda: snapshot(operation(S.CLOSED, step=1, halted_because="BE 10.84.0.19:9050 went down.")),
    "done": lambda: snapshot(operation(S.DONE, step=3)),
    "awaiting-stop-all": lambda: by_jobs(OperationKind.STOP_ALL),
    "done-stop-all": lambda: by_jobs(OperationKind.STOP_ALL, S.DONE),
    "awaiting-restart": lambda: by_jobs(OperationKind.RESTART_BACKEND, S.AWAITING_APPROVAL, samples.LEAVING),
    "awaiting-unsigned": lambda: with_form(),
    "awaiting-signed": lambda: with_form(signed=True),
    "expired-unsigned": lambda: with_form(S.EXPIRED),
    "done-signed": lambda: with_form(S.DONE, signed=True, step=3, follow_ups=followed_up()),
    "done-followed-up": lambda: with_form(S.DONE, signed=True, step=3, follow_ups=followed_up(BOB)),
}

STATEMENT = 'ALTER SYSTEM DECOMMISSION BACKEND "10.84.0.18:9050"'
REPLIES = {
    "refused": (blocked, event(E.REFUSED, "Not started: the plan is no longer safe.", "2 BEs would remain.")),
    "signed": (
        lambda: with_form(signed=True),
        event(E.SIGNED, "Checklist signed (7 of 7).", *(item.words for item in ITEMS), "Note: keytab by ops", by=ALICE),
    ),
    "follow-ups": (CARDS["done-signed"], event(E.FOLLOW_UPS, "Follow-ups.")),
    "follow-ups-done": (CARDS["done-followed-up"], event(E.FOLLOW_UPS, "Follow-ups.")),
    "voted": (running, event(E.VOTED, "Approved (1 of 1).", by=BOB)),
    "rejected": (
        running,
        event(E.REJECTED, "Rejected. Nothing was changed.", "Reason: wait for Monday", by=CAROL),
    ),
    "cancelled": (running, event(E.CANCELLED, "Taken back. Nothing was changed.", by=ALICE)),
    "expired": (running, event(E.EXPIRED, "Expired: it was not approved in time.")),
    "replanned": (
        running,
        event(E.REPLANNED, "The cluster changed: a new plan.", "Tablets to move: 88,969, now 120,400"),
    ),
    "queued": (running, event(E.QUEUED, "Approved. The cluster belongs to op-41aa now.")),
    "started": (running, event(E.STARTED, "Started. The cluster is as the plan says.")),
    "acted": (running, event(E.ACTED, "StarRocks accepted the statement.", STATEMENT)),
    "step-done": (running, event(E.STEP_DONE, "10.84.0.18:9050 is leaving.")),
    "stalled": (
        lambda: running(memory=draining(stall=STALL)),
        event(E.STALLED, "Nothing has moved for 6 min."),
    ),
    "halted": (
        halted,
        event(E.HALTED, "BE 10.84.0.19:9050 went down.", "Retry, Abort or Close it on the card above."),
    ),
    "undone": (lambda: CARDS["undone"](), event(E.UNDONE, "Undone: 37,367 tablets stay moved.")),
    "done": (lambda: CARDS["done"](), event(E.DONE, "Done: 10.84.0.18:9050 is gone.", "Retries: 0")),
}

ANSWERS: dict[str, Callable[[], Message]] = {
    "status": lambda: blocks.status_message(
        samples.cluster_state(), (running().operation,), LockHolder("op-7f3c")
    ),
    "status-quiet": lambda: blocks.status_message(
        samples.cluster_state(unread={"privileges": "access denied"})
    ),
    "nodes": lambda: blocks.nodes_message(samples.cluster_state()),
    "ops": lambda: blocks.ops_message((running().operation,), (operation(S.DONE),)),
    "ops-none": lambda: blocks.ops_message(()),
    "lock": lambda: blocks.lock_message("prod", LockHolder(), ("op-7f3c", "op-80b1")),
    "lock-free": lambda: blocks.lock_message("prod", None),
    "show": lambda: blocks.show_message(
        running(), [event(E.STARTED, "Started."), event(E.ACTED, "Accepted.", STATEMENT)]
    ),
    "dry-run": lambda: blocks.dry_run_message(plan()),
    "dry-run-blocked": lambda: blocks.dry_run_message(blocked().plan or plan()),
    "refusal": lambda: blocks.refusal_message(
        samples.request(), ("`10.84.0.81:9050` is not in the list.", "Did you mean …18?")
    ),
    "hosts": lambda: blocks.hosts_message(hosts_seen()),
    "restoring": lambda: blocks.restoring_message(RESTORED, restoring(RESTORED), samples.NOW),
    "restoring-unknown": lambda: blocks.restoring_message(RESTORED.with_(version="main-1a2b3c"), (), samples.NOW),
    "hosts-by-people": lambda: blocks.hosts_message(samples.cluster_state()),
    "views": lambda: blocks.views_message(views_seen()),
    "views-storm": lambda: blocks.views_message(views_seen().with_(version="3.5.18-a1b2c3d")),
    "views-unread": lambda: blocks.views_message(views_seen().with_(views=None, unread={"materialized views": "It was refused."})),
    "views-none": lambda: blocks.views_message(views_seen().with_(views=Views(seen=(), rollups=2, stands_on=()))),
    "private": lambda: blocks.private_line(
        "You asked for this operation, so someone else has to approve it."
    ),
    "help": lambda: blocks.help_message(),
    "help-topic": lambda: blocks.help_message("decommission be"),
    "help-question": lambda: blocks.help_message("status"),
    "mistake": lambda: blocks.mistake_message(_address_mistake()),
}


def messages() -> dict[str, Message]:
    """Name of the golden file -> message."""
    shown = {
        f"card-{name}": blocks.card(make(), LockHolder() if name == "queued" else None)
        for name, make in CARDS.items()
    }
    for name, (make, told) in REPLIES.items():
        message = blocks.reply(make(), told)
        assert message is not None
        shown[f"reply-{name}"] = message
    return {**shown, **{f"answer-{name}": make() for name, make in ANSWERS.items()}}
