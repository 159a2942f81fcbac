"""Whom the nodes work for, where the version shows it."""

import pytest

from policies.address import Address
from policies.checks.warehouses import warehouse_joined, warehouses_left
from policies.cluster import ClusterState, ComputeNode, RunMode
from policies.plan import Verdict
from tests.policies.clusters import mission000

NEW = Address.parse("10.84.0.60:9050")


def state(**warehouses: str) -> ClusterState:
    """Nodes a, b, c by the warehouse that is shown."""
    nodes = tuple(
        ComputeNode(id=n, address=Address(host=name, port=9050), alive=name != "dead", warehouse=shown)
        for n, (name, shown) in enumerate(warehouses.items())
    )
    return mission000().with_(run_mode=RunMode.SHARED_DATA, backends=(), compute_nodes=nodes, compute_nodes_read=True)


def at(*names: str) -> tuple[Address, ...]:
    return tuple(Address(host=name, port=9050) for name in names)


D = "default_warehouse"


@pytest.mark.parametrize(
    ("seen", "leaving", "verdict", "words"),
    [
        (state(a="", b=""), ("a",), None, ""),
        (state(a=D, b=D, c=D), ("a",), Verdict.OK, "a:9050 works for warehouse `default_warehouse`: 2 of its 3 nodes stay, alive."),
        (state(a=D, b=D, c=D), ("a", "b"), Verdict.OK, "a:9050 and b:9050 work for warehouse"),
        (state(a=D, dead=D), ("a",), Verdict.BLOCK, "no living node of it would stay"),
        (state(a="etl", b=D), ("a",), Verdict.BLOCK, 'DROP COMPUTE NODE "a:9050" FROM WAREHOUSE etl'),
    ],
)
def test_what_a_drop_leaves(seen: ClusterState, leaving: tuple[str, ...], verdict: Verdict | None, words: str) -> None:
    found = warehouses_left(at(*leaving), seen)
    assert [f.verdict for f in found] == ([verdict] if verdict else [])
    assert words in " ".join(f"{f.sentence} {f.advice}" for f in found)


def test_where_a_new_node_goes() -> None:
    assert warehouse_joined((NEW,), state(a="", b="")) == []
    (found,) = warehouse_joined((NEW,), state(a=D, dead=D, b="etl"))
    assert found.sentence == "It joins `default_warehouse`, which has 2 nodes, 1 of them alive." and found.told
