"""Lists that mix roles are taken apart in words, each role with what to type for it."""

import pytest

from policies.address import Address
from policies.cluster import ClusterState, ComputeNode
from policies.pacing import Pacing
from policies.plan import Verdict
from policies.playbooks import entry_for
from policies.request import OperationKind as Kind
from tests.policies.clusters import NOW, mission000, request

BE, FE, QUERY, CN = "10.84.0.18:9050", "10.84.0.19:9010", "10.84.0.12:9030", "10.84.0.40:9050"


def state() -> ClusterState:
    seen = mission000()
    node = ComputeNode(id=7, address=Address.parse(CN), alive=True, version=seen.version)
    return seen.with_(compute_nodes=(node,), compute_nodes_read=True)


def blocks(kind: Kind, *targets: str) -> list[str]:
    plan = entry_for(kind).make_plan(request(*targets).with_(kind=kind), state(), pacing=Pacing(), revision=1, now=NOW)
    assert plan.steps == () or not plan.blocked
    return [f"{f.sentence} {f.advice}" for f in plan.findings if f.verdict is Verdict.BLOCK]


@pytest.mark.parametrize(
    ("kind", "targets", "said"),
    [
        (Kind.DECOMMISSION_BACKEND, (BE, FE, QUERY),
         [f"`decommission be` takes one: {BE} is a BE; {FE} and 10.84.0.12:9010 are followers.",
          f"`decommission be {BE}` and `drop follower {FE} 10.84.0.12:9010`", "migrate OLD … to NEW …"]),
        (Kind.DECOMMISSION_BACKEND, (BE, CN), [f"{BE} is a BE; {CN} is a CN.", f"`decommission be {BE}` and `drop cn {CN}`"]),
        (Kind.DROP_FOLLOWER, (BE, FE), [f"`drop be {BE}` and `drop follower {FE}`"]),
        (Kind.DROP_COMPUTE_NODE, (BE, CN, FE), [f"`drop be {BE}`, `drop cn {CN}` and `drop follower {FE}`"]),
        (Kind.ADD_BACKEND, ("10.84.0.55:9050", "10.84.0.56:9010"), ["`add be 10.84.0.55:9050` and `add follower 10.84.0.56:9010`"]),
        (Kind.ADD_OBSERVER, ("10.84.0.55:9050", "10.84.0.56:9010"), ["`add be 10.84.0.55:9050` and `add observer 10.84.0.56:9010`"]),
        (Kind.RESTART_BACKEND, (BE, FE, "10.84.0.12:9010"), ["`restart be` takes one", "are frontends",
         f"`restart be {BE}` and `restart fe {FE} 10.84.0.12:9010`"]),
        (Kind.CANCEL_DECOMMISSION, (BE, FE), ["`cancel decommission` takes one", f"One role at a time: `cancel decommission {BE}`."]),
    ],
)  # fmt: skip
def test_a_mixed_list(kind: Kind, targets: tuple[str, ...], said: list[str]) -> None:
    found = blocks(kind, *targets)
    assert len(found) == 1, "one answer, not one for each node"
    assert all(words in found[0] for words in said), found


@pytest.mark.parametrize(
    ("kind", "targets", "said"),
    [
        (Kind.DECOMMISSION_BACKEND, (FE,), "is a frontend, not a backend"),
        (Kind.DECOMMISSION_BACKEND, (BE, "10.84.0.99:9050"), "There is no backend 10.84.0.99:9050"),
        (Kind.DROP_FOLLOWER, (BE,), "is a BE, not a follower"),
        (Kind.ADD_BACKEND, ("10.84.0.56:9010",), "is the edit_log_port of this cluster"),
    ],
)
def test_one_wrong_node_is_answered_as_before(kind: Kind, targets: tuple[str, ...], said: str) -> None:
    assert said in " ".join(blocks(kind, *targets)) and "mixes roles" not in " ".join(blocks(kind, *targets))


def test_a_list_of_one_role_is_not_touched() -> None:
    assert not any("mixes roles" in words for words in blocks(Kind.DECOMMISSION_BACKEND, BE, "10.84.0.19:9050"))
