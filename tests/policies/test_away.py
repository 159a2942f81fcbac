"""A backend that is away for long: what is lent while it restarts, and what is said before it is stopped."""

import pytest

from policies.acts import RestartProcess, SetSetting
from policies.cluster import ClusterState, NodeKind, RunMode
from policies.leasing import lends
from policies.pacing import Pacing
from policies.plan import Plan, Verdict
from policies.playbooks import entry_for
from policies.request import OperationKind
from policies.settings import BACKEND_DOWN
from policies.undoing import undo_steps
from tests.policies.clusters import NOW, request, with_settings
from tests.policies.test_processes import STATE
from tests.policies.test_resizing import AT, FE_AT, seen

K = OperationKind
LEND, BACK = (SetSetting(name=BACKEND_DOWN.name, value=value) for value in ("3600", "900"))


def tolerating(seconds: str, state: ClusterState = STATE) -> ClusterState:
    return with_settings(seen(state), **{BACKEND_DOWN.name: seconds})


def plan(kind: OperationKind, state: ClusterState, **options: str) -> Plan:
    targets = () if kind is K.RESTART_ALL else (str(FE_AT) if kind in {K.RESTART_FRONTEND, K.RESIZE_FRONTEND} else str(AT),)
    made = entry_for(kind).make_plan(
        request(*targets).with_(kind=kind, options=options), state, pacing=Pacing(), revision=1, now=NOW
    )
    assert not made.blocked, made.findings
    return made


def lent_in(made: Plan) -> list[SetSetting]:
    return [step.act for step in made.steps if isinstance(step.act, SetSetting)]


@pytest.mark.parametrize(
    ("kind", "options"), [(K.RESTART_BACKEND, {}), (K.RESTART_ALL, {}), (K.RESIZE_BACKEND, {"mem_limit": "50%"})]
)
def test_while_backends_restart_they_may_be_away_for_longer(kind: OperationKind, options: dict[str, str]) -> None:
    made = plan(kind, tolerating("900"), **options)
    acts = [step.act for step in made.steps]
    of_backends = [i for i, act in enumerate(acts) if isinstance(act, RestartProcess) and act.role is NodeKind.BACKEND]
    of_frontends = [i for i, act in enumerate(acts) if isinstance(act, RestartProcess) and act.role.frontend]
    assert lent_in(made) == [LEND, BACK] and acts[0] == LEND and lends(made) == ("be-down",)
    assert of_backends[-1] < acts.index(BACK) and all(acts.index(BACK) < i for i in of_frontends)
    assert any(f.check == "away" and "900 again" in f.sentence for f in made.findings)
    assert any(fact.value == "900" and BACKEND_DOWN.name in fact.key for fact in made.facts)


def test_an_abort_gives_it_back() -> None:
    made = plan(K.RESTART_BACKEND, tolerating("900"))
    assert undo_steps(made, 1)[-1].undo == BACK


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (K.RESTART_BACKEND, tolerating("3600")),
        (K.RESTART_BACKEND, tolerating("86400")),
        (K.RESTART_BACKEND, seen()),  # not told: nothing could be given back
        (K.RESTART_BACKEND, tolerating("900", STATE.with_(run_mode=RunMode.SHARED_DATA))),
        (K.RESTART_FRONTEND, tolerating("900")),
        (K.STOP_BACKEND, tolerating("900")),
        (K.START_BACKEND, tolerating("900", STATE.with_(backends=tuple(b.with_(alive=b.address != AT) for b in STATE.backends)))),
    ],
)
def test_it_is_left_alone(kind: OperationKind, state: ClusterState) -> None:
    assert lent_in(plan(kind, state)) == []


@pytest.mark.parametrize(("state", "span"), [(tolerating("900"), "15 min"), (seen(), "15 min"), (tolerating("7200"), "2 h")])
def test_a_stop_says_how_long_it_may_last(state: ClusterState, span: str) -> None:
    found = [f for f in plan(K.STOP_BACKEND, state).findings if f.check == "away"]
    assert [f.verdict for f in found] == [Verdict.WARN]
    assert found[0].sentence.startswith(f"After {span} without it") and "/sr tune be-down=" in found[0].advice


def test_in_shared_data_nothing_is_cloned() -> None:
    state = tolerating("900", STATE.with_(run_mode=RunMode.SHARED_DATA))
    assert not [f for f in plan(K.STOP_BACKEND, state).findings if f.check == "away"]
