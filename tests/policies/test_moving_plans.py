"""Plans in which nodes change places: who is who, the order of the stages, what is refused, what is left out and said."""

import pytest

from policies.acts import AddNode, AskPerson, DecommissionBackend, DropNode
from policies.address import Address
from policies.awaited import NodeUp, ProcessSilent
from policies.cluster import ClusterState
from policies.judging_again import blocked_now, judged_again
from policies.pacing import Pacing
from policies.plan import Plan, Verdict
from policies.playbooks import entry_for
from policies.request import OperationKind, Request
from policies.statements import statement_of
from tests.policies.clusters import ALICE, NOW, address, before_join, changed, free, mission000

K = OperationKind


def planned(kind: OperationKind, targets: str, into: str = "", state: ClusterState | None = None, **options: str) -> Plan:
    request = Request(
        id="sr-test", kind=kind, cluster="prod", targets=tuple(map(address, targets.split())),
        into=tuple(map(address, into.split())), options=options, reason="", requester=ALICE, channel="C0OPS", asked_at=NOW,
    )  # fmt: skip
    return entry_for(kind).make_plan(request, state or mission000(), pacing=Pacing(), revision=1, now=NOW)


def shape(plan: Plan) -> list[str]:
    """Each step's act in a word and its address."""
    words = {AddNode: "add", DecommissionBackend: "drain", DropNode: "drop", AskPerson: "ask", type(None): "see"}
    return [f"{words.get(type(step.act), 'row')} {step.until.address}" for step in plan.steps]


def said(plan: Plan) -> str:
    return "\n".join(f"{f.verdict} {f.sentence} {f.advice}" for f in plan.findings)


MISSION = planned(
    K.MIGRATE,
    "10.84.0.18:9050 10.84.0.19:9050 10.84.0.18:9010 10.84.0.19:9010",
    "10.84.91.16:9050 10.84.91.18:9050 10.84.91.16:9010 10.84.91.18:9010",
    before_join(),
    rebuild="10.84.0.12:9050",
    path="/data2/starrocks/be",
)


def test_mission_000_in_its_stages() -> None:
    assert shape(MISSION) == [
        *("add 10.84.91.16:9050", "ask 10.84.91.16:9050", "see 10.84.91.16:9050"),
        *("add 10.84.91.18:9050", "ask 10.84.91.18:9050", "see 10.84.91.18:9050"),
        *("drain 10.84.0.12:9050", "see 10.84.0.12:9050", "row 10.84.0.12:9050", "ask 10.84.0.12:9050"),
        *("add 10.84.0.12:9050", "ask 10.84.0.12:9050", "see 10.84.0.12:9050"),
        *("drain 10.84.0.19:9050", "see 10.84.0.19:9050", "row 10.84.0.19:9050"),
        *("drain 10.84.0.18:9050", "see 10.84.0.18:9050", "row 10.84.0.18:9050"),
        *("add 10.84.91.16:9010", "ask 10.84.91.16:9010"),
        *("add 10.84.91.18:9010", "ask 10.84.91.18:9010"),
        *("drop 10.84.0.19:9010", "ask 10.84.0.19:9010"),
    ]
    assert not MISSION.blocked, said(MISSION)
    assert len({step.id for step in MISSION.steps}) == len(MISSION.steps)


@pytest.mark.parametrize(
    "words",
    [
        "There is no frontend 10.84.0.18:9010: nothing to drop there.",
        "The leading frontend runs on 10.84.0.12 too: only the BE process is stopped there",
        "2 → 3 → 4 → 3; the majority holds at every step",
        "Room is judged right before each drain",
        "join first, so that there is room and enough hosts; 10.84.0.12:9050 is drained, rebuilt and added again as a new node",
    ],
)
def test_mission_000_tells_its_traps(words: str) -> None:
    assert words in said(MISSION)


def test_the_rebuilt_disk_must_be_bigger_than_the_old_one() -> None:
    up = [step.until for step in MISSION.steps if isinstance(step.until, NodeUp) and step.until.address == address("10.84.0.12:9050")]
    assert [until.more_than for until in up] == [next(b.total for b in before_join().backends if b.address.host == "10.84.0.12")]
    stop = next(step for step in MISSION.steps if isinstance(step.until, ProcessSilent))
    assert isinstance(stop.act, AskPerson) and "/data2/starrocks/be" in stop.act.commands[1]


def test_every_statement_names_one_node() -> None:
    assert all(statement_of(step.act).count('"') == 2 for step in MISSION.steps if step.act and not isinstance(step.act, AskPerson))


def test_what_is_in_already_is_said_and_left_out() -> None:
    plan = planned(K.REPLACE_BACKEND, "10.84.0.18:9050", "10.84.91.16:9050")
    assert shape(plan) == ["drain 10.84.0.18:9050", "see 10.84.0.18:9050", "row 10.84.0.18:9050"]
    assert "10.84.91.16:9050 is in the cluster already, as BE." in said(plan)
    assert plan.room, "every disk is known, so it is forecast"


@pytest.mark.parametrize(
    ("kind", "targets", "into", "words"),
    [
        (K.MIGRATE, "10.84.0.18:9010", "10.84.91.16:9050", "nothing to do"),
        (K.REPLACE_BACKEND, "10.84.0.81:9050", "10.84.91.20:9050", "Did you mean"),
        (K.REPLACE_BACKEND, "10.84.0.18:9050", "10.84.91.20:9060", "is the be_port"),
        (K.REBUILD_BACKEND, "10.84.0.12:9010", "", "is a frontend, not a backend"),
    ],
)
def test_a_move_that_makes_no_sense_is_refused_without_steps(kind: OperationKind, targets: str, into: str, words: str) -> None:
    plan = planned(kind, targets, into)
    assert plan.blocked and plan.steps == () and words in said(plan)


def test_two_leave_and_the_replication_number_is_kept_by_the_newcomers() -> None:
    old = "10.84.0.18:9050 10.84.0.19:9050"
    assert "2 of 4 backends on 2 hosts would stay" in said(planned(K.MIGRATE, old, "10.84.91.20:9050", before_join()))
    assert not planned(K.MIGRATE, old, "10.84.91.20:9050 10.84.91.21:9050", before_join()).blocked


def test_the_leader_goes_last_and_is_asked_to_stop() -> None:
    plan = planned(K.MIGRATE, "10.84.0.12:9010 10.84.0.19:9010", "10.84.91.20:9010 10.84.91.21:9010")
    assert [line for line in shape(plan) if "10.84.0" in line] == [
        *("drop 10.84.0.19:9010", "ask 10.84.0.19:9010"),
        *("ask 10.84.0.12:9010", "drop 10.84.0.12:9010", "ask 10.84.0.12:9010"),
    ]


def test_a_rebuilt_node_is_judged_alone_and_those_that_leave_together() -> None:
    drains = [number for number, step in enumerate(MISSION.steps) if isinstance(step.act, DecommissionBackend)]
    assert [judged_again(MISSION, number) for number in range(len(MISSION.steps))].count(True) == len(drains) == 3
    grown = mission000()
    assert blocked_now(MISSION, drains[0], grown) == "", "three hosts stay while 10.84.0.12 is away"
    full = grown
    for host in ("10.84.0.12", "10.84.91.16", "10.84.91.18"):
        full = free(full, host, 20)
    assert "Looked at again before the next node" in blocked_now(MISSION, drains[1], full)
    dead = changed(grown, "10.84.91.16", alive=False)
    assert "not alive" in blocked_now(MISSION, drains[0], dead)


def test_the_command_can_be_typed_again() -> None:
    assert MISSION.command.startswith("migrate 10.84.0.18:9050")
    assert MISSION.command.endswith("rebuild=10.84.0.12:9050 path=/data2/starrocks/be")


@pytest.mark.parametrize("kind", [K.ADD_BACKEND, K.ADD_COMPUTE_NODE, K.ADD_FOLLOWER, K.ADD_OBSERVER])
def test_an_added_node_can_be_taken_out_until_it_is_up(kind: OperationKind) -> None:
    port = entry_for(kind).port
    plan = planned(kind, f"10.84.91.20:{port} 10.84.91.21:{port}")
    assert not plan.blocked and len(plan.groups) == 2
    first = plan.steps[0]
    assert isinstance(first.act, AddNode) and isinstance(first.undo, DropNode) and first.undo.address == Address(host="10.84.91.20", port=port)
    assert any("exactly this build" in line for line in plan.to_prepare)
    assert Verdict.BLOCK not in {f.verdict for f in plan.findings}


def test_a_follower_is_told_the_edit_log_port_of_its_helper() -> None:
    plan = planned(K.ADD_FOLLOWER, "10.84.91.20:9010")
    commands = [step.act.commands for step in plan.steps if isinstance(step.act, AskPerson)]
    assert "--helper 10.84.0.12:9010" in commands[0][0]
