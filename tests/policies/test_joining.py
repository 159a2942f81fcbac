"""Nodes that a driver starts and stops: who does what, in which order, what forbids it, what an abort takes back."""

from typing import Any

import pytest

from policies.acts import Act, AddNode, AskPerson, DropNode, PrepareStorage, SetStorage, StartProcess, StopProcess
from policies.awaited import BackendDrained, Condition, ProcessSilent
from policies.cluster import ClusterState, NodeKind, Role
from policies.conditions import holds
from policies.conf_keys import storage_refusal
from policies.effects import forbidden
from policies.hosts import HostLook, HostSurvey, Process, Store, StoreState
from policies.operation import OperationState, StepMemory
from policies.pacing import Pacing
from policies.plan import Plan, Verdict
from policies.playbooks import entry_for
from policies.request import OperationKind
from policies.stepping import Perform, next_undo
from policies.undoing import undo_in_hand
from tests.policies.clusters import NOW, address, changed, mission000, operation, request
from tests.policies.test_moving_plans import planned, said, shape

K = OperationKind
OURS, THEIRS = 510_224_456, 4_711
NEW_BE, NEW_FE = "10.84.91.20:9050", "10.84.91.20:9010"
OLD, PATH = "10.84.0.18:9050", "/data2/starrocks/be"
EMPTY = Store(path="/data/be", state=StoreState.EMPTY)


def cluster() -> ClusterState:
    state = mission000()
    return state.with_(frontends=tuple(f.with_(cluster_id=OURS) for f in state.frontends))


def looked(
    *at: str, state: ClusterState | None = None, trouble: str = "", process: bool = False, stores: tuple[Store, ...] = (EMPTY,), **more: Any
) -> ClusterState:
    """The hosts of these nodes, looked at: the cluster's version installed, nothing runs but what is listed."""
    state = state or cluster()
    looks = []
    for text in at:
        node = address(text)
        survey = HostSurvey(**{"installed": state.version, "conf": {"storage_root_path": "/data/be"}, "stores": stores, **more})
        running = Process(pid=7) if process or node in state.kinds else None
        looks.append(HostLook(
            address=node, taken_at=NOW, trouble=trouble, process=None if trouble else running, survey=None if trouble else survey,
        ))  # fmt: skip
    return state.with_(hosts=tuple(looks))


def acts(plan: Plan) -> list[str]:
    return [f"{step.act.kind if step.act else 'see'} {step.until.address.host}" for step in plan.steps]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("state", "by_job", "words"),
    [
        (looked(NEW_BE), True, "BE process on 10.84.91.20 is started over SSH, and stopped again by an abort"),
        (looked(NEW_BE, process=True), False, "Process 7 runs as BE on 10.84.91.20 already: it is waited for"),
        (looked(NEW_BE, installed=""), False, "nothing is installed there"),
        (looked(NEW_BE, trouble="It refused."), False, "the host cannot be looked at"),
        (looked(), False, "the host cannot be looked at"),
        (cluster(), False, ""),
    ],
)
def test_who_starts_a_new_backend(state: ClusterState, by_job: bool, words: str) -> None:
    plan = planned(K.ADD_BACKEND, NEW_BE, state=state)
    assert isinstance(plan.steps[1].act, StartProcess if by_job else AskPerson) and words in said(plan)
    assert not plan.blocked
    assert (plan.estimate.high_s is not None) is by_job


@pytest.mark.parametrize(
    ("state", "helper"),
    [
        (looked(NEW_FE), "10.84.0.12:9010"),
        (looked(NEW_FE, unit="starrocks-fe"), None),
        (looked(NEW_FE, state=cluster().with_(frontends=tuple(f.with_(role=Role.FOLLOWER) for f in cluster().frontends))), None),
    ],
)
def test_the_helper_of_a_new_frontend(state: ClusterState, helper: str | None) -> None:
    plan = planned(K.ADD_OBSERVER, NEW_FE, state=state)
    act = plan.steps[1].act
    assert isinstance(act, AskPerson if helper is None else StartProcess), said(plan)
    if isinstance(act, StartProcess):
        assert (str(act.helper), act.cluster_id) == (helper, OURS)
        assert not any("First start" in line for line in plan.to_prepare)
    else:
        assert any("First start" in line for line in plan.to_prepare)


def used(cluster_id: int | None) -> tuple[Store, ...]:
    return (EMPTY, Store(path="/data2/be", state=StoreState.USED, cluster_id=cluster_id))


@pytest.mark.parametrize(
    ("kind", "state", "verdict", "words"),
    [
        (K.ADD_BACKEND, looked(NEW_BE), None, ""),
        (K.ADD_BACKEND, looked(NEW_BE, stores=used(THEIRS)), Verdict.BLOCK,
         "Storage path /data2/be of BE 10.84.91.20:9050 holds data of another cluster (id 4711; this one is 510224456)"),
        (K.ADD_BACKEND, looked(NEW_BE, stores=used(OURS)), Verdict.WARN, "of a former node of this cluster"),
        (K.ADD_BACKEND, looked(NEW_BE, stores=used(None)), Verdict.WARN, "is not empty"),
        (K.ADD_BACKEND, looked(NEW_BE, stores=used(THEIRS), state=mission000()), Verdict.WARN, "it names cluster 4711; is that this one?"),
        (K.ADD_BACKEND, looked(NEW_BE, stores=used(THEIRS), process=True), Verdict.BLOCK, "another cluster"),
        (K.ADD_BACKEND, looked(NEW_BE, stores=(Store(path="/x", state=StoreState.MISSING),)), Verdict.BLOCK, "/x of BE 10.84.91.20:9050 is not there"),
        (K.ADD_BACKEND, looked(NEW_BE, stores=(Store(path="/x", state=StoreState.LOCKED),)), Verdict.BLOCK, "may not be read"),
        (K.ADD_FOLLOWER, looked(NEW_FE), None, ""),
        (K.ADD_FOLLOWER, looked(NEW_FE, stores=used(THEIRS)), Verdict.BLOCK, "meta_dir /data2/be of FE 10.84.91.20:9010 holds data of another"),
        (K.ADD_FOLLOWER, looked(NEW_FE, stores=used(OURS)), Verdict.BLOCK, "former membership"),
        (K.ADD_FOLLOWER, looked(NEW_FE, stores=used(None)), Verdict.BLOCK, "is not empty"),
        (K.ADD_FOLLOWER, looked(NEW_FE, stores=used(None), process=True), None, ""),
        (K.ADD_FOLLOWER, looked(NEW_FE, stores=(Store(path="/x", state=StoreState.NOWHERE),)), Verdict.BLOCK, "is not there"),
    ],
)  # fmt: skip
def test_what_lies_where_a_new_node_will_keep_its_data(kind: OperationKind, state: ClusterState, verdict: Verdict | None, words: str) -> None:
    found = [f for f in planned(kind, NEW_BE if kind is K.ADD_BACKEND else NEW_FE, state=state).findings if f.check == "storage"]
    assert [(f.verdict, words in f.sentence) for f in found] == ([] if verdict is None else [(verdict, True)]), found


# --- an abort


@pytest.mark.parametrize("kind", [K.ADD_BACKEND, K.ADD_COMPUTE_NODE, K.ADD_FOLLOWER, K.ADD_OBSERVER])
def test_what_was_added_is_dropped_before_its_process_is_stopped(kind: OperationKind) -> None:
    text = f"10.84.91.20:{entry_for(kind).port}"
    plan = planned(kind, text, state=looked(text))
    undone = [step.undo for step in undo_in_hand(plan, 1)]
    assert isinstance(undone[0], DropNode) and isinstance(undone[1], StopProcess)
    assert undone[1].ours and undone[1].left
    assert [type(step.undo) for step in undo_in_hand(plan, 0)] == [DropNode]


def test_the_process_of_a_node_that_is_still_listed_is_not_stopped() -> None:
    plan = planned(K.ADD_BACKEND, "10.84.91.21:9050", state=looked("10.84.91.21:9050"))
    listed = changed(cluster(), "10.84.91.16", address=address("10.84.91.21:9050"), alive=True, tablets=0)
    move = next_undo(plan, operation(OperationState.UNDOING, step=1), looked("10.84.91.21:9050", state=listed), Pacing(), NOW)
    assert isinstance(move, Perform) and isinstance(move.act, DropNode)
    gone = looked("10.84.91.21:9050", process=True)
    move = next_undo(plan, operation(OperationState.UNDOING, step=1), gone, Pacing(), NOW)
    assert isinstance(move, Perform) and isinstance(move.act, StopProcess)


# --- what forbids it

STOP_LEFT = StopProcess(role=NodeKind.BACKEND, address=address(OLD), left=True)
SET = SetStorage(role=NodeKind.BACKEND, address=address(OLD), path=PATH, old="/data/be")
DRAINED = BackendDrained(address=address(OLD), backend_id=10_003)


def without(text: str) -> ClusterState:
    state = cluster()
    return state.with_(backends=tuple(b for b in state.backends if b.address != address(text)))


def first_start(helper: str) -> StartProcess:
    return StartProcess(role=NodeKind.FOLLOWER, address=address(NEW_FE), helper=address(helper))


def frontends(**changes: Any) -> ClusterState:
    """The cluster after something happened to the frontend 10.84.0.19."""
    state = cluster()
    return state.with_(frontends=tuple(f.with_(**changes) if f.address.host == "10.84.0.19" else f for f in state.frontends))


@pytest.mark.parametrize(
    ("act", "behind", "state", "words"),
    [
        (STOP_LEFT, (), without(OLD), None),
        (STOP_LEFT, (), cluster(), "its process is left alone"),
        (STOP_LEFT, (), cluster().with_(backends=()), "its process is left alone"),
        (SET, (DRAINED,), without(OLD), None),
        (SET, (), without(OLD), "no drain of 10.84.0.18:9050"),
        (SET, (DRAINED.with_(address=address("10.84.0.19:9050")),), without(OLD), "no drain"),
        (SET, (DRAINED,), cluster(), "is in the cluster: its storage path stays"),
        (SET, (DRAINED,), cluster().with_(backends=()), "its storage path stays"),
        (first_start("10.84.0.12:9010"), (), cluster(), None),
        (first_start("10.84.0.19:9010"), (), cluster(), None),
        (first_start("10.84.0.19:9010"), (), frontends(alive=False), "no living follower or leader"),
        (first_start("10.84.0.19:9010"), (), frontends(joined=False), "no living follower or leader"),
        (first_start("10.84.0.19:9010"), (), frontends(role=Role.OBSERVER), "no living follower or leader"),
        (first_start("10.84.0.77:9010"), (), cluster(), "no living follower or leader"),
        (StartProcess(role=NodeKind.FOLLOWER, address=address(NEW_FE)), (), cluster(), None),
    ],
)
def test_what_forbids_an_act(act: Act, behind: tuple[Condition, ...], state: ClusterState, words: str | None) -> None:
    why = forbidden(act, planned(K.ADD_BACKEND, NEW_BE), behind, state)
    assert why is None if words is None else words in str(why)


@pytest.mark.parametrize(
    ("hosts", "silent", "done"),
    [
        ("none", True, True), ("none", False, False), ("none", None, False),
        ("stopped", True, True), ("stopped", False, False), ("stopped", None, True),
        ("running", True, False), ("running", None, False),
        ("dark", True, False), ("dark", None, False), ("other", True, False),
    ],
)  # fmt: skip
def test_a_process_is_gone_by_pid_and_port(hosts: str, silent: bool | None, done: bool) -> None:
    wanted = ProcessSilent(address=address(OLD), port=9050)
    state = {
        "none": without(OLD), "stopped": looked(OLD, state=without(OLD)), "running": looked(OLD, state=without(OLD), process=True),
        "dark": looked(OLD, state=without(OLD), trouble="It refused."), "other": looked(NEW_BE, state=without(OLD)),
    }[hosts]  # fmt: skip
    state = state.with_(silent=None if silent is None else frozenset({wanted.probed} if silent else ()))
    assert holds(wanted, state, StepMemory(step="stop", entered_at=NOW)) is done


# --- moves


def test_the_old_process_is_stopped_once_its_node_has_left() -> None:
    plan = planned(K.REPLACE_BACKEND, OLD, NEW_BE, looked(OLD, NEW_BE))
    assert shape(plan)[-4:] == [f"drain {OLD}", f"see {OLD}", f"row {OLD}", f"row {OLD}"]
    stop = plan.steps[-1]
    assert isinstance(stop.act, StopProcess) and stop.act.left and not stop.act.ours and stop.skippable and stop.undo is None
    assert [type(step.act) for step in plan.steps[:2]] == [AddNode, StartProcess]


def test_an_old_host_in_the_dark_is_told_and_left_alone() -> None:
    dark = looked(NEW_BE, OLD, trouble="It refused.")
    plan = planned(K.REPLACE_BACKEND, OLD, NEW_BE, dark)
    assert not any(isinstance(step.act, StopProcess) for step in plan.steps)
    assert f"The BE process of {OLD} is not stopped afterwards" in said(plan)
    assert "not stopped afterwards" not in said(planned(K.REPLACE_BACKEND, OLD, NEW_BE, cluster()))


def new_path(state: StoreState | None) -> tuple[Store, ...]:
    return (Store(path="/data/be", state=StoreState.USED), *((Store(path=PATH, state=state),) if state else ()))


def test_a_rebuild_in_its_order() -> None:
    plan = planned(K.REBUILD_BACKEND, OLD, state=looked(OLD, stores=new_path(StoreState.EMPTY)), path=PATH)
    assert not plan.blocked, said(plan)
    kinds = [line.partition(" ")[0] for line in acts(plan)]
    assert kinds == [
        "prepare_storage", "decommission_backend", "see", "drop_backend", "stop_process", "prepare_storage", "set_storage",
        "add_node", "start_process", "see",
    ]  # fmt: skip
    assert [step.act.path for step in plan.steps if isinstance(step.act, PrepareStorage | SetStorage)] == [PATH] * 3
    assert next(step.act.old for step in plan.steps if isinstance(step.act, SetStorage)) == "/data/be"
    assert len({step.id for step in plan.steps}) == len(plan.steps)


@pytest.mark.parametrize(
    ("state", "path", "blocked", "words"),
    [
        (looked(OLD, stores=new_path(StoreState.EMPTY)), PATH, False, "is there and empty"),
        (looked(OLD, stores=new_path(StoreState.MISSING)), PATH, False, "it is made"),
        (looked(OLD, stores=new_path(StoreState.MISSING)), f"{PATH}/", False, f"{PATH} on 10.84.0.18 is not there yet"),
        (looked(OLD, stores=new_path(StoreState.USED)), PATH, True, "is not empty"),
        (looked(OLD, stores=new_path(StoreState.LOCKED)), PATH, True, "may not be read"),
        (looked(OLD, stores=new_path(StoreState.NOWHERE)), PATH, True, "Mount the new disk"),
        (looked(OLD, stores=new_path(None)), PATH, False, "could not be read"),
        (looked(OLD, stores=new_path(None)), "/data/be", True, "is the storage path of 10.84.0.18:9050 already"),
        (looked(OLD, stores=new_path(None)), "", False, "A person changes the disks of 10.84.0.18:9050, and starts it: no path"),
        (looked(OLD, trouble="It refused."), PATH, False, "its host cannot be looked at"),
    ],
)
def test_the_new_path_of_a_rebuild(state: ClusterState, path: str, blocked: bool, words: str) -> None:
    plan = planned(K.REBUILD_BACKEND, OLD, state=state, **({"path": path} if path else {}))
    assert plan.blocked is blocked and words in said(plan), said(plan)


@pytest.mark.parametrize(
    ("value", "fine"),
    [
        ("/data2/be", True), ("/data1;/data2", True), ("/data1,medium:SSD;/data2,medium:hdd", True), ("", False), ("data", False),
        ("/data;reboot", False), ("/data/../etc", False), ("/da ta", False), ("/data$(id)", False), ("//data", False), ("/" + "a" * 4_000, False),
    ],
)  # fmt: skip
def test_storage_paths(value: str, fine: bool) -> None:
    assert (storage_refusal(value) == "") is fine


@pytest.mark.parametrize(
    ("kind", "targets", "into", "options", "wanted"),
    [
        (K.REPLACE_BACKEND, OLD, NEW_BE, {}, {OLD: NodeKind.BACKEND, NEW_BE: NodeKind.BACKEND}),
        (K.MIGRATE, "10.84.0.19:9010", NEW_FE, {}, {"10.84.0.19:9010": NodeKind.FOLLOWER, NEW_FE: NodeKind.FOLLOWER}),
        (K.MIGRATE, OLD, NEW_BE, {"rebuild": "10.84.0.12:9050"}, {"10.84.0.12:9050": NodeKind.BACKEND}),
        (K.REBUILD_BACKEND, OLD, "", {"path": PATH}, {OLD: NodeKind.BACKEND}),
    ],
)
def test_the_hosts_of_a_move_are_looked_at(
    kind: OperationKind, targets: str, into: str, options: dict[str, str], wanted: dict[str, NodeKind]
) -> None:
    asked = request(*targets.split()).with_(kind=kind, into=tuple(map(address, into.split())), options=options)
    entry = entry_for(kind)
    assert entry.on_hosts is not None and entry.survey
    found = entry.on_hosts(asked, cluster())
    assert wanted.items() <= {str(a): kind for a, kind in found.items()}.items()
    leader = cluster().leader
    assert not into or (leader is not None and leader.address in found)
    paths = entry.stores(asked) if entry.stores else {}
    assert paths == ({address(OLD): (PATH,)} if "path" in options else {})
