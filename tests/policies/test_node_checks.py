"""Tables of cases: nodes that come, nodes that go, votes, versions."""

from collections.abc import Callable

import pytest

from policies import checks
from policies.cluster import Backend, ClusterState, ComputeNode, NodeKind, Role, RunMode
from policies.plan import Verdict
from policies.voters import Votes, after_add, after_drop, votes, why_not_drop
from tests.policies.clusters import address, mission000

BLOCK, WARN, OK = Verdict.BLOCK, Verdict.WARN, Verdict.OK
NEW_BE, NEW_FE, NEW_CN = "10.84.91.20:9050", "10.84.91.20:9010", "10.84.91.30:9050"
STATE = mission000()
LISTED = STATE.with_(compute_nodes=(ComputeNode(id=5, address=address(NEW_CN), alive=True, running_queries=3),), compute_nodes_read=True)


def without_followers(*hosts: str) -> ClusterState:
    return STATE.with_(frontends=tuple(f for f in STATE.frontends if f.address.host not in hosts))


def with_dead(*hosts: str, state: ClusterState = STATE) -> ClusterState:
    return state.with_(frontends=tuple(f.with_(alive=f.address.host not in hosts) for f in state.frontends))


def with_backend(text: str, **changes: object) -> ClusterState:
    rows = tuple(b.with_(**changes) if b.address == address(text) else b for b in STATE.backends)
    return STATE.with_(backends=rows)


def judged(check: Callable[..., list], targets: tuple[str, ...], state: ClusterState = STATE) -> list[tuple[Verdict, str]]:  # type: ignore[type-arg]
    return [(f.verdict, f"{f.sentence} {f.advice}") for f in check(tuple(map(address, targets)), state)]


@pytest.mark.parametrize(
    ("kind", "text", "verdict", "words"),
    [
        (NodeKind.BACKEND, NEW_BE, OK, "is not in the cluster yet"),
        (NodeKind.BACKEND, "10.84.0.18:9050", BLOCK, "in the cluster already, as BE: there is nothing to do"),
        (NodeKind.COMPUTE_NODE, "10.84.0.18:9050", BLOCK, "already, as BE. Drop it first"),
        (NodeKind.BACKEND, NEW_CN, BLOCK, "already, as CN"),
        (NodeKind.BACKEND, "10.84.0.18:9051", WARN, "this one 9051"),
        (NodeKind.BACKEND, "10.84.91.20:9060", BLOCK, "is the be_port of this cluster"),
        (NodeKind.BACKEND, "10.84.91.20:9010", BLOCK, "is the edit_log_port"),
        (NodeKind.BACKEND, "10.84.91.20:9030", BLOCK, "Did you mean `10.84.91.20:9050`?"),
        (NodeKind.BACKEND, "be-6.example.com:9050", BLOCK, "Name the node by its IP"),
        (NodeKind.FOLLOWER, NEW_FE, OK, "is not in the cluster yet"),
        (NodeKind.FOLLOWER, "10.84.0.19:9010", BLOCK, "already, as follower: there is nothing to do"),
        (NodeKind.OBSERVER, "10.84.0.19:9010", BLOCK, "already, as follower"),
        (NodeKind.FOLLOWER, "10.84.0.19:9011", WARN, "Did you mean `10.84.0.19:9010`?"),
        (NodeKind.FOLLOWER, "10.84.91.20:9050", BLOCK, "is the heartbeat_service_port"),
        (NodeKind.OBSERVER, "10.84.91.20:9030", BLOCK, "is the query_port"),
    ],
)  # fmt: skip
def test_a_new_node(kind: NodeKind, text: str, verdict: Verdict, words: str) -> None:
    found = judged(checks.new_node(kind), (text,), LISTED)
    assert [v for v, _ in found] == [verdict]
    assert words in found[0][1]


def test_a_second_frontend_on_a_host_is_refused() -> None:
    odd = STATE.with_(frontends=tuple(f.with_(address=address("10.84.0.19:9011")) if f.address.host == "10.84.0.19" else f for f in STATE.frontends))
    assert "takes one frontend for each host" in judged(checks.new_node(NodeKind.FOLLOWER), ("10.84.0.19:9010",), odd)[0][1]


@pytest.mark.parametrize("targets", [(), (NEW_BE, NEW_BE), (NEW_BE, "10.84.91.20:9051")], ids=["none", "twice", "one host twice"])
def test_a_list_that_cannot_be_added(targets: tuple[str, ...]) -> None:
    assert BLOCK in [verdict for verdict, _ in judged(checks.new_node(NodeKind.BACKEND), targets)]


@pytest.mark.parametrize(
    ("kind", "text", "state", "verdict", "words"),
    [
        (NodeKind.BACKEND, "10.84.0.18:9050", STATE, BLOCK, "a drop would take them away at once"),
        (NodeKind.BACKEND, "10.84.0.18:9050", with_backend("10.84.0.18:9050", alive=False), BLOCK, "what of them lies there would be lost"),
        (NodeKind.BACKEND, "10.84.0.18:9050", with_backend("10.84.0.18:9050", alive=False, tablets=0), OK, "none of its tablets is left"),
        (NodeKind.BACKEND, "10.84.0.18:9050", with_backend("10.84.0.18:9050", tablets=0), OK, "alive and empty"),
        (NodeKind.BACKEND, "10.84.0.18:9050", STATE.with_(run_mode=RunMode.SHARED_DATA), OK, "holds a cache only"),
        (NodeKind.BACKEND, "10.84.0.20:9050", STATE, BLOCK, "nothing to drop"),
        (NodeKind.BACKEND, "10.84.0.19:9010", STATE, BLOCK, "is a follower, not a BE"),
        (NodeKind.COMPUTE_NODE, NEW_CN, LISTED, WARN, "runs 3 queries now"),
        (NodeKind.COMPUTE_NODE, "10.84.0.18:9050", LISTED, BLOCK, "is a BE, not a CN. Ask for `drop be 10.84.0.18:9050`"),
        (NodeKind.FOLLOWER, "10.84.0.18:9010", STATE, BLOCK, "nothing to drop"),
        (NodeKind.FOLLOWER, "10.84.0.12:9010", STATE, WARN, "begins with moving the leadership"),
        (NodeKind.FOLLOWER, "10.84.0.19:9010", STATE, OK, "alive"),
        (NodeKind.OBSERVER, "10.84.0.19:9010", STATE, BLOCK, "is a follower, not a observer"),
    ],
)  # fmt: skip
def test_a_node_to_drop(kind: NodeKind, text: str, state: ClusterState, verdict: Verdict, words: str) -> None:
    found = judged(checks.dropped_node(kind), (text,), state)
    assert (found[0][0], words in found[0][1]) == (verdict, True), found


@pytest.mark.parametrize(
    ("total", "alive", "majority", "holds", "spare"),
    [(1, 1, 1, True, 0), (2, 2, 2, True, 0), (2, 1, 2, False, -1), (3, 3, 2, True, 1), (3, 2, 2, True, 0), (4, 4, 3, True, 1), (5, 3, 3, True, 0), (5, 2, 3, False, -1)],
)
def test_votes(total: int, alive: int, majority: int, holds: bool, spare: int) -> None:
    counted = Votes(total=total, alive=alive)
    assert (counted.majority, counted.hold, counted.spare) == (majority, holds, spare)


def test_observers_have_no_vote() -> None:
    seen = STATE.with_(frontends=tuple(f.with_(role=Role.OBSERVER) if f.address.host == "10.84.91.18" else f for f in STATE.frontends))
    assert votes(seen) == Votes(total=3, alive=3)
    assert after_drop(seen, address("10.84.91.18:9010")) == Votes(total=3, alive=3)
    assert after_add(seen) == Votes(total=4, alive=4)


@pytest.mark.parametrize(
    ("state", "leaving", "refused"),
    [
        (STATE, "10.84.0.19:9010", ""),
        (with_dead("10.84.0.19"), "10.84.0.19:9010", ""),
        (with_dead("10.84.0.19"), "10.84.91.16:9010", ""),
        (with_dead("10.84.0.19", state=without_followers("10.84.91.18")), "10.84.91.16:9010", "would lose their majority"),
        (with_dead("10.84.0.19", "10.84.91.16"), "10.84.0.19:9010", "no drop can take effect"),
        (without_followers("10.84.0.19", "10.84.91.16", "10.84.91.18"), "10.84.0.12:9010", "the only voting frontend"),
    ],
    ids=["healthy of four", "dead of four", "healthy while one is dead", "healthy of three, one dead", "no majority now", "the last"],
)  # fmt: skip
def test_a_drop_never_costs_the_majority(state: ClusterState, leaving: str, refused: str) -> None:
    reason = why_not_drop(state, address(leaving))
    assert (reason is None) if not refused else (reason is not None and refused in reason)


def test_parity_is_warned_of() -> None:
    assert judged(checks.voters_after_drop, ("10.84.0.19:9010",))[0][0] is OK
    assert judged(checks.voters_after_add, (NEW_FE,))[0][0] is OK
    assert judged(checks.voters_after_add, (NEW_FE, "10.84.91.21:9010"))[0][0] is WARN


def test_several_drops_are_judged_one_after_the_other() -> None:
    three = ("10.84.0.19:9010", "10.84.91.16:9010", "10.84.91.18:9010")
    assert judged(checks.voters_after_drop, three)[0][0] is OK
    dead = with_dead("10.84.0.12")
    assert judged(checks.voters_after_drop, three[:1], dead)[0][0] is OK
    assert judged(checks.voters_after_drop, three[:2], dead)[0][0] is BLOCK


@pytest.mark.parametrize(
    ("state", "verdict"),
    [(STATE, OK), (with_backend("10.84.0.18:9050", version="3.3.4-1"), BLOCK), (STATE.with_(version=""), BLOCK)],
    ids=["one", "two", "none"],
)
def test_one_version(state: ClusterState, verdict: Verdict) -> None:
    assert judged(checks.one_version, (), state)[0][0] is verdict


def test_the_last_node_that_runs_queries_is_kept() -> None:
    everybody = tuple(str(backend.address) for backend in STATE.backends)
    assert judged(checks.nodes_left, everybody)[0][0] is BLOCK
    assert judged(checks.nodes_left, everybody, LISTED)[0][0] is OK


@pytest.mark.parametrize(
    ("text", "leaving", "verdict", "words"),
    [
        ("10.84.0.18:9050", True, OK, "what has moved stays moved"),
        ("10.84.0.18:9050", False, BLOCK, "there is no drain to cancel"),
        ("10.84.0.81:9050", True, BLOCK, "Did you mean"),
    ],
)
def test_a_drain_to_cancel(text: str, leaving: bool, verdict: Verdict, words: str) -> None:
    found = judged(checks.leaving_target, (text,), with_backend("10.84.0.18:9050", decommissioned=leaving))
    assert found[0][0] is verdict and words in found[0][1]


def test_rights_are_told_without_a_word_on_hidden_tables() -> None:
    blind = STATE.with_(replication=())
    assert judged(checks.privileges, (), blind)[0][0] is BLOCK
    assert {verdict for verdict, _ in judged(checks.rights, (), blind)} <= {OK}
    assert isinstance(STATE.backends[0], Backend)
