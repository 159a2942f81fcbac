"""The snippets after nodes came or went: with the ports that the cluster lists, and with nothing but addresses in them."""

import re

import pytest

from policies.cluster import ClusterState, ComputeNode
from policies.follow_ups import MOST_NODES, follow_ups, serving
from policies.plan import Plan
from policies.request import OperationKind
from tests.policies.clusters import address, before_join, mission000
from tests.policies.test_checklist import NEW_BE, NEW_FE, plan_of

K = OperationKind
EMPTY = before_join().with_(frontends=(), backends=(), compute_nodes=())


def told(plan: Plan, before: ClusterState, after: ClusterState) -> dict[str, str]:
    planned = plan.with_(serving=serving(plan, before))
    return {snippet.title: snippet.text for snippet in follow_ups(planned, after)}


def with_new(state: ClusterState, http_port: int = 8040) -> ClusterState:
    born = state.backends[0].with_(id=1, address=address(NEW_BE), http_port=http_port)
    return state.with_(backends=(*state.backends, born))


def with_frontend(state: ClusterState, query_port: int = 9030) -> ClusterState:
    return state.with_(frontends=(*state.frontends, state.frontends[0].with_(address=address(NEW_FE), query_port=query_port)))


def without(state: ClusterState, host: str) -> ClusterState:
    return state.with_(
        backends=tuple(b for b in state.backends if b.address.host != host),
        frontends=tuple(f for f in state.frontends if f.address.host != host),
    )


def groups(text: str) -> list[tuple[str, list[str]]]:
    """Label and targets of each group; whatever else stands there is an AssertionError."""
    pattern = r'- targets:\n((?:    - "[^"\n]+"\n)+)  labels: \{group: (fe|be)\}(?:\n|\Z)(?:# …[^\n]*\Z)?'
    assert re.fullmatch(f"(?:{pattern})+", text), text
    return [(group, re.findall(r'"(.+)"', targets)) for targets, group in re.findall(pattern, text)]


GRAFANA = "Grafana and alert rules, job prod: come (+) and go (-)"
ADD, OUT = "Prometheus, job prod: add", "Prometheus, job prod: take out"
HAPROXY, NGINX = "HAProxy, backend of the query port: add", "Nginx, stream upstream of the query port: add"
PROXIES_OUT = "Proxies, query port: take out"


def test_a_backend_that_came() -> None:
    said = told(plan_of(K.ADD_BACKEND, NEW_BE), before_join(), with_new(before_join(), 18040))
    assert said == {
        ADD: '- targets:\n    - "10.84.91.20:18040"\n  labels: {group: be}',
        GRAFANA: '+ group="be" instance="10.84.91.20:18040"',
    }


def test_a_backend_that_went_is_told_with_the_port_it_had() -> None:
    state = mission000()
    plan = plan_of(K.DECOMMISSION_BACKEND, "10.84.0.18:9050", state=state)
    assert told(plan, state, without(state, "10.84.0.18").with_(frontends=())) == {
        OUT: '"10.84.0.18:8040"  # group be',
        GRAFANA: '- group="be" instance="10.84.0.18:8040"',
    }


def test_a_frontend_that_came_and_one_that_went() -> None:
    plan = plan_of(K.MIGRATE, "10.84.0.19:9010", into=(NEW_FE,))
    said = told(plan, before_join(), with_frontend(without(before_join(), "10.84.0.19"), 19030))
    assert list(said) == [ADD, OUT, HAPROXY, NGINX, PROXIES_OUT, GRAFANA]
    assert said[HAPROXY] == "server fe-10.84.91.20 10.84.91.20:19030 check"
    assert said[NGINX] == "server 10.84.91.20:19030;"
    assert (said[PROXIES_OUT], said[OUT]) == ("10.84.0.19:9030", '"10.84.0.19:8030"  # group fe')
    assert groups(said[ADD]) == [("fe", ["10.84.91.20:8030"])]


def test_both_roles_are_two_groups() -> None:
    plan = plan_of(K.MIGRATE, "10.84.0.19:9010", "10.84.0.18:9050", into=(NEW_FE, NEW_BE))
    assert groups(told(plan, before_join(), EMPTY)[ADD]) == [("fe", ["10.84.91.20:8030"]), ("be", ["10.84.91.20:8040"])]


def test_ports_that_the_last_look_does_not_tell_are_those_of_the_plan_then_the_usual_ones() -> None:
    plan = plan_of(K.ADD_BACKEND, NEW_BE)
    others = before_join().with_(backends=tuple(b.with_(http_port=18040) for b in before_join().backends))
    assert "10.84.91.20:18040" in told(plan, others, EMPTY)[ADD]
    assert "10.84.91.20:8040" in told(plan, EMPTY, EMPTY)[ADD]


def test_a_compute_node_is_watched_like_a_backend() -> None:
    plan = plan_of(K.ADD_COMPUTE_NODE, NEW_BE)
    born = ComputeNode(id=7, address=address(NEW_BE), alive=True, http_port=28040)
    after = before_join().with_(compute_nodes=(born,), compute_nodes_read=True)
    assert told(plan, before_join(), after)[ADD] == '- targets:\n    - "10.84.91.20:28040"\n  labels: {group: be}'


NOTHING = [
    ("a rebuilt node is where it was", plan_of(K.REBUILD_BACKEND, "10.84.0.18:9050", state=mission000(), path="/d"), mission000()),
    ("a new node that is not there", plan_of(K.ADD_BACKEND, NEW_BE), before_join()),
    ("an old node that stayed", plan_of(K.DECOMMISSION_BACKEND, "10.84.0.18:9050", state=mission000()), mission000()),
    ("nothing came or went", plan_of(K.CREATE_IMAGE, state=mission000()), mission000()),
]


@pytest.mark.parametrize(("plan", "after"), [case[1:] for case in NOTHING], ids=[case[0] for case in NOTHING])
def test_nothing_to_follow_up(plan: Plan, after: ClusterState) -> None:
    assert told(plan, before_join(), after) == {}


@pytest.mark.parametrize("host", ["10.84.91.20\n- evil", 'x"; rm -rf /', "a b", "{{job}}", ""])
def test_what_is_no_address_is_in_no_snippet(host: str) -> None:
    plan = plan_of(K.ADD_BACKEND, NEW_BE)
    odd = tuple(step.with_(act=step.act.with_(address=address(NEW_BE).with_(host=host))) for step in plan.steps[:1] if step.act)
    assert told(plan.with_(steps=odd), before_join(), EMPTY) == {}


def test_an_ipv6_frontend_has_a_name_that_haproxy_takes() -> None:
    said = told(plan_of(K.ADD_FOLLOWER, "[fd00::20]:9010"), before_join(), EMPTY)
    assert said[HAPROXY] == "server fe-fd00--20 [fd00::20]:9030 check"
    assert groups(said[ADD]) == [("fe", ["[fd00::20]:8030"])]


def test_many_nodes_are_bounded_and_counted() -> None:
    names = [f"10.84.92.{number}:9050" for number in range(1, MOST_NODES + 6)]
    said = told(plan_of(K.ADD_BACKEND, *names), before_join(), EMPTY)
    assert len(groups(said[ADD])[0][1]) == MOST_NODES
    assert said[ADD].endswith("# …and 5 more, as the plan lists them")
