"""Plans of a rolling upgrade or downgrade: what refuses one, the order, what is lent, what is put back."""

import pytest

from policies.acts import AskPerson, BackUpMeta, CreateImage, SetBlacklist, SetSetting, SwapPackage
from policies.awaited import AllAtVersion, ClusterSettled, FrontendAnswers, GoAhead, ImageEverywhere, NodeRestarted
from policies.cluster import AlterJob, ClusterState, NodeKind, Role
from policies.hosts import HostLook, HostSurvey, Process
from policies.operation import Operation, OperationState
from policies.pacing import Pacing
from policies.packages import StagePackages
from policies.plan import Plan, Verdict
from policies.playbooks import entry_for
from policies.request import OperationKind
from policies.stepping import Halt, Move, Perform, next_move, next_undo
from policies.undoing import undo_steps
from tests.policies.clusters import NOW, changed, request
from tests.policies.test_processes import BEFORE, CALM, HEALTH, started

FREEZE = {
    "tablet_sched_max_scheduling_tablets": "10000",
    "tablet_sched_max_balancing_tablets": "500",
    "tablet_sched_disable_balance": "false",
    "tablet_sched_disable_colocate_balance": "false",
}


def with_hosts(state: ClusterState, **survey: object) -> ClusterState:
    looks = tuple(
        HostLook(address=node.address, taken_at=NOW, process=Process(pid=1), survey=HostSurvey(**survey)) for node in state.nodes
    )
    return state.with_(hosts=looks)


STATE = started(CALM.with_(settings={**CALM.settings, **FREEZE}, compute_nodes_read=True), BEFORE)
REACHED = with_hosts(STATE.with_(stage_fan_out=3), java="17.0.9", home_free=200 * 1024**3)


def plan(to: str = "3.3.9", state: ClusterState = REACHED, kind: OperationKind = OperationKind.UPGRADE) -> Plan:
    asked = request("10.84.0.18:9050").with_(kind=kind, targets=(), options={"to": to})
    return entry_for(kind).make_plan(asked, state, pacing=Pacing(), revision=1, now=NOW)


def blocking(made: Plan) -> list[str]:
    return [finding.sentence for finding in made.findings if finding.verdict is Verdict.BLOCK]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (plan(""), "No version is named"),
        (plan("newest"), "is no release"),
        (plan("3.3.3"), "nothing to do"),
        (plan("3.2.11"), "is no upgrade"),
        (plan("3.3.9", kind=OperationKind.DOWNGRADE), "is no downgrade"),
        (plan("3.2.1", kind=OperationKind.DOWNGRADE), "3.2"),
        (plan(state=changed(REACHED, "10.84.0.19", alive=False)), "10.84.0.19:9050 is not alive"),
        (plan(state=changed(REACHED, "10.84.0.19", decommissioned=True)), "is being drained"),
        (plan(state=REACHED.with_(health=HEALTH.with_(unhealthy=3))), "3 of 9 tablets are not healthy"),
        (plan(state=REACHED.with_(settings={})), "does not tell"),
        (plan("3.5.3", state=with_hosts(STATE, java="11.0.20")), "needs Java 17"),
        (plan(state=REACHED.with_(hosts=REACHED.hosts[:-1] if REACHED.hosts else ())), "Not every host can be reached"),
    ],
)
def test_what_refuses_it(made: Plan, words: str) -> None:
    assert any(words in sentence for sentence in blocking(made)), blocking(made)
    assert made.steps == ()


G1, CMS = '"-Xmx8g -XX:+UseG1GC"', '"-Xmx8g -XX:+UseConcMarkSweepGC"'
NEW_LINE, OLD_LINE = "JAVA_OPTS_FOR_JDK_11", "JAVA_OPTS"


@pytest.mark.parametrize(
    ("conf", "survey", "verdict", "words"),
    [
        ({OLD_LINE: G1}, {}, None, ""),
        ({OLD_LINE: G1, NEW_LINE: '"-Xmx8192m"'}, {}, None, ""),
        ({OLD_LINE: G1, NEW_LINE: '"-Xmx1g"'}, {}, Verdict.WARN, "the heap is 1g instead of 8g (JAVA_OPTS_FOR_JDK_11 of fe.conf counts then)"),
        ({OLD_LINE: CMS, NEW_LINE: '"-Xmx1g"'}, {"heap": "8g"}, Verdict.WARN, "1g instead of 8g"),
        ({OLD_LINE: G1}, {"heap": "16g"}, Verdict.WARN, "8g instead of 16g (JAVA_OPTS of"),
        ({OLD_LINE: G1, NEW_LINE: '"-XX:+UseG1GC"'}, {}, Verdict.WARN, "no -Xmx instead of 8g"),
        ({OLD_LINE: G1, NEW_LINE: CMS}, {}, Verdict.BLOCK, "does not start with -XX:+UseConcMarkSweepGC in JAVA_OPTS_FOR_JDK_11 of fe.conf"),
        ({OLD_LINE: G1}, {"java": ""}, Verdict.WARN, "nobody knows whether 3.5.9 starts there"),
        (None, {}, Verdict.WARN, "could not be read"),
    ],
)  # fmt: skip
def test_what_the_wanted_version_makes_of_fe_conf(
    conf: dict[str, str] | None, survey: dict[str, str], verdict: Verdict | None, words: str
) -> None:
    """From 3.5 on JAVA_OPTS_FOR_JDK_11 counts whatever Java there is, which on 3.4 with Java 17 it does not."""
    rows = REACHED.with_(version="3.4.12-abc1234", backends=tuple(b.with_(version="3.4.12-abc1234") for b in REACHED.backends))
    old = rows.with_(frontends=tuple(f.with_(version="3.4.12-abc1234") for f in rows.frontends))
    made = plan("3.5.9", state=with_hosts(old, **{"java": "17.0.12", "conf": conf, **survey}))
    found = [f for f in made.findings if f.check == "java"]
    assert [f.verdict for f in found] == ([verdict] if verdict else []) and all(words in f.sentence for f in found)
    assert all(str(f.address) in found[0].sentence for f in old.frontends) if found else not made.blocked


def one_frontend(**survey: object) -> ClusterState:
    """All is well, but on the host of one follower."""
    looks = tuple(
        look.with_(survey=look.survey.with_(**survey)) if look.survey and str(look.address) == "10.84.0.19:9010" else look
        for look in with_hosts(STATE, java="17", home_free=200 * 1024**3, clock_skew_s=0.0, meta_free=200 * 1024**3).hosts or ()
    )
    return STATE.with_(hosts=looks)


@pytest.mark.parametrize("kind", [OperationKind.UPGRADE, OperationKind.RESTART_FRONTEND, OperationKind.RESTART_ALL])
@pytest.mark.parametrize(
    ("survey", "words"),
    [({"clock_skew_s": 30.0}, "30.0 s apart"), ({"meta_free": 1024**2}, "meta_dir for a frontend to start again: FE 10.84.0.19:9010")],
)
def test_a_frontend_that_could_not_join_again_is_not_stopped(kind: OperationKind, survey: dict[str, float], words: str) -> None:
    asked = request("10.84.0.12:9010").with_(kind=kind, options={"to": "3.3.9"} if kind is OperationKind.UPGRADE else {"all": "all"})
    said = blocking(entry_for(kind).make_plan(asked, one_frontend(**survey), pacing=Pacing(), revision=1, now=NOW))
    assert any(words in sentence for sentence in said), said
    assert not blocking(entry_for(kind).make_plan(asked, one_frontend(), pacing=Pacing(), revision=1, now=NOW))
    backend = asked.with_(kind=OperationKind.RESTART_BACKEND, targets=(STATE.backends[0].address,), options={})
    assert not blocking(entry_for(backend.kind).make_plan(backend, one_frontend(**survey), pacing=Pacing(), revision=1, now=NOW))


@pytest.mark.parametrize(("to", "told"), [("3.3.9", False), ("3.4.4", True)])
def test_a_rehearsal_is_offered_before_a_release_line_is_left(to: str, told: bool) -> None:
    found = [f for f in plan(to).findings if f"/sr rehearse {to}" in f.sentence]
    assert bool(found) is told and all(f.told and "spare" in f.advice for f in found)
    assert all(not f.advice for f in plan(to, state=REACHED.with_(spare="10.84.0.99")).findings if f.check == "rehearsal")
    assert "are killed" in next(f.sentence for f in plan(to).findings if f.check == "stop")


def test_from_packages_to_the_final_look() -> None:
    made = plan()
    assert not made.blocked, blocking(made)
    kinds = [type(step.act) for step in made.steps]
    nodes = len(REACHED.nodes)
    stage = made.steps[0].act
    assert isinstance(stage, StagePackages), "every package is there before anything is touched"
    assert {node.address for node in stage.nodes} == {node.address for node in REACHED.nodes} and stage.fan_out == 3
    first_swap = kinds.index(SwapPackage)
    assert kinds[1:first_swap] == [SetSetting] * 4 + [CreateImage, BackUpMeta]
    assert kinds.count(SwapPackage) == nodes and kinds.index(BackUpMeta) < first_swap
    assert isinstance(made.steps[-5].until, AllAtVersion) and kinds[-4:] == [SetSetting] * 4


def test_backends_then_followers_then_the_leader_one_at_a_time() -> None:
    swaps = [step.act for step in plan().steps if isinstance(step.act, SwapPackage)]
    roles = [act.role for act in swaps]
    assert roles == sorted(roles, key=lambda role: role.frontend)
    assert REACHED.leader is not None and swaps[-1].address == REACHED.leader.address
    down = [step.act for step in plan("3.3.2", kind=OperationKind.DOWNGRADE).steps if isinstance(step.act, SwapPackage)]
    assert [act.role.frontend for act in down] == sorted((act.role.frontend for act in down), reverse=True)


def test_every_swap_is_followed_by_the_cluster_at_rest_and_the_first_by_people() -> None:
    untils = [step.until for step in plan().steps]
    for at, until in enumerate(untils):
        if isinstance(until, NodeRestarted):
            asked = untils[at + 1]
            rest = untils[at + 2] if isinstance(asked, FrontendAnswers) else asked
            assert isinstance(asked, FrontendAnswers) is until.role.frontend
            assert isinstance(rest, ClusterSettled) and rest.idle and rest.address == until.address
    looks = [until for until in untils if isinstance(until, GoAhead)]
    at = untils.index(looks[0])
    assert len(looks) == 1 and isinstance(untils[at - 1], ClusterSettled)
    again = untils[at + 1]
    assert isinstance(again, ClusterSettled) and again.idle, "people may take days, and nodes die meanwhile"


def test_a_node_that_runs_it_already_is_left_alone() -> None:
    half = changed(REACHED, "10.84.0.18", version="3.3.9-abc1234")
    assert not any(isinstance(s.act, SwapPackage) and s.act.address.host == "10.84.0.18" for s in plan(state=half).steps)


@pytest.mark.parametrize(
    ("installed", "to", "kind", "quiet"),
    [
        ("3.3.9", "3.3.3", OperationKind.DOWNGRADE, True),
        ("3.3.9", "3.2.11", OperationKind.DOWNGRADE, False),
        ("3.3.3", "3.3.9", OperationKind.UPGRADE, True),
        ("3.2.11", "3.3.9", OperationKind.UPGRADE, False),
    ],
)
def test_nodes_are_kept_quiet_only_where_every_frontend_knows_how(installed: str, to: str, kind: OperationKind, quiet: bool) -> None:
    """On the way back the frontends run the older version when the backends' turn comes: before 3.3 it has no blacklist."""
    seen = REACHED.with_(
        version=f"{installed}-abc1234",
        backends=tuple(b.with_(version=f"{installed}-abc1234") for b in REACHED.backends),
        frontends=tuple(f.with_(version=f"{installed}-abc1234") for f in REACHED.frontends),
        blacklists={f.address.host: frozenset() for f in REACHED.frontends},
    )
    made = plan(to, state=seen, kind=kind)
    assert made.steps and any(isinstance(step.act, SetBlacklist) for step in made.steps) is quiet


def test_kept_files_are_put_back_and_need_no_package() -> None:
    new = REACHED.with_(
        version="3.3.9-abc1234",
        backends=tuple(b.with_(version="3.3.9-abc1234") for b in REACHED.backends),
        frontends=tuple(f.with_(version="3.3.9-abc1234") for f in REACHED.frontends),
    )
    kept = plan("3.3.3", state=with_hosts(new, java="17", backups=("3.3.3-312ed45",)), kind=OperationKind.DOWNGRADE)
    assert not kept.blocked, blocking(kept)
    acts = [step.act for step in kept.steps]
    assert not any(isinstance(act, StagePackages) for act in acts)
    assert all(act.roll_back and act.version == "3.3.3-312ed45" for act in acts if isinstance(act, SwapPackage))


def test_an_abort_puts_the_node_in_hand_back_and_gives_back_what_was_lent() -> None:
    made = plan()
    at = next(i for i, step in enumerate(made.steps) if isinstance(step.act, SwapPackage))
    undone = [step.undo for step in undo_steps(made, at + 1)]
    swap = undone[0]
    assert isinstance(swap, SwapPackage) and swap.roll_back and swap.version == "3.3.3-312ed45" and swap.old == "3.3.9"
    given_back = {act.name: act.value for act in undone if isinstance(act, SetSetting)}
    assert given_back == FREEZE


def test_from_the_leaders_turn_on_it_is_only_started_again() -> None:
    made = plan()
    at = max(i for i, step in enumerate(made.steps) if isinstance(step.act, SwapPackage))
    undo = made.steps[at].undo
    assert isinstance(undo, SwapPackage) and undo.only_if_cut and made.steps[at].point_of_no_return


def test_people_do_it_where_no_driver_reaches_the_hosts() -> None:
    made = plan(state=STATE)
    assert not made.blocked, blocking(made)
    asked = [step.act for step in made.steps if isinstance(step.act, AskPerson)]
    assert len(asked) == len(STATE.nodes) and not any(isinstance(s.act, SwapPackage | StagePackages) for s in made.steps)
    commands = asked[0].commands
    assert commands[0].startswith("bin/stop_be.sh") and "old-3.3.3-312ed45" in commands[1] and "--daemon" in commands[-1]
    assert "lib/udf" in commands[-2] and "jars of your own" in commands[-2]


def test_people_verify_packages_and_copy_metadata_where_no_driver_reaches_the_hosts() -> None:
    made = plan(state=STATE)
    waits = [step for step in made.steps if isinstance(step.until, GoAhead)]
    assert [step.id for step in waits] == ["packages", "metadata", "canary"] and made.steps[0] is waits[0]
    assert made.steps[made.steps.index(waits[1]) - 1].id == "create-image"
    said = [step.until.seen for step in waits if isinstance(step.until, GoAhead)]
    assert "sha256sum -c" in said[0] and all(node.address.host in said[0] for node in STATE.nodes)
    assert "cp -a meta/image" in said[1] and not {"packages", "metadata"} & {*made.nodes_in_hand}
    assert any(f.verdict is Verdict.WARN and "no checksum of 3.3.9" in f.sentence for f in made.findings)
    assert [step.id for step in plan().steps if isinstance(step.until, GoAhead)] == ["canary"]


def test_a_backup_by_people_is_theirs_to_confirm() -> None:
    asked = request("10.84.0.12:9010").with_(kind=OperationKind.BACK_UP_METADATA, targets=(), options={})
    made = entry_for(asked.kind).make_plan(asked, STATE, pacing=Pacing(), revision=1, now=NOW)
    assert [type(step.until) for step in made.steps] == [ImageEverywhere, GoAhead]
    driven = entry_for(asked.kind).make_plan(asked, REACHED, pacing=Pacing(), revision=1, now=NOW)
    assert isinstance(driven.steps[-1].act, BackUpMeta)


def at_version(number: str) -> ClusterState:
    version = f"{number}-abc1234"
    backends = tuple(b.with_(version=version) for b in STATE.backends)
    return STATE.with_(version=version, backends=backends, frontends=tuple(f.with_(version=version) for f in STATE.frontends))


def test_records_that_an_older_version_cannot_read_are_seen_gone_before_the_image() -> None:
    at = with_hosts(at_version("3.3.9"), java="17")
    known = at.with_(settings={**at.settings, "history_job_keep_max_second": "604800"})
    made = plan("3.2.11", state=known, kind=OperationKind.DOWNGRADE)
    ids = [step.id for step in made.steps]
    at_proofs = ids.index("proofs")
    assert ids.index("set-history_job_keep_max_second") < at_proofs < ids.index("create-image")
    until = made.steps[at_proofs].until
    assert isinstance(until, GoAhead) and "`SHOW PROC '/jobs/<db>/schema_change'`" in until.seen and "temp_tables" in until.seen
    assert "proofs" not in [step.id for step in plan().steps]
    job = AlterJob(database="shop", table="orders", kind="COLUMN", state="RUNNING")
    altering = plan("3.2.11", state=known.with_(alter_jobs=(job,)), kind=OperationKind.DOWNGRADE)
    assert any("shop.orders (RUNNING)" in sentence for sentence in blocking(altering))
    assert not plan(state=REACHED.with_(alter_jobs=(job,))).blocked


def test_settings_that_are_frozen_already_stay_so() -> None:
    frozen = REACHED.with_(settings={**REACHED.settings, "tablet_sched_disable_balance": "true"})
    names = [step.act.name for step in plan(state=frozen).steps if isinstance(step.act, SetSetting)]
    assert "tablet_sched_disable_balance" not in names and len(names) == 6


def test_the_roles_of_frontends_are_told_apart() -> None:
    roles = {step.act.role for step in plan().steps if isinstance(step.act, SwapPackage)}
    assert NodeKind.BACKEND in roles and NodeKind.FOLLOWER in roles


@pytest.mark.parametrize(
    ("leader_runs", "expected"),
    [("3.3.3-312ed45", Perform), ("3.3.9-abc1234", Halt)],
)
def test_a_frontend_is_not_put_back_under_a_leader_that_writes_a_newer_journal(leader_runs: str, expected: type[Move]) -> None:
    """The leadership may have moved meanwhile, to one that was upgraded already."""
    made = plan()
    at = next(i for i, s in enumerate(made.steps) if isinstance(s.act, SwapPackage) and s.act.role.frontend)
    act = made.steps[at].act
    assert isinstance(act, SwapPackage)
    frontends = tuple(
        f.with_(version=leader_runs) if f.role is Role.LEADER else f.with_(alive=f.address != act.address) for f in REACHED.frontends
    )
    operation = Operation(
        id="sr-x", request=request("10.84.0.18:9050"), state=OperationState.UNDOING, created_at=NOW, changed_at=NOW, step=at
    )
    look = HostLook(address=act.address, taken_at=NOW)
    undone = next_undo(made, operation, REACHED.with_(frontends=frontends, hosts=(look,)), Pacing(), NOW)
    assert isinstance(undone, expected)
    if isinstance(undone, Halt):
        assert "cannot read" in undone.sentence


def test_a_frontend_that_leads_with_the_new_version_is_not_put_back() -> None:
    """Elected after its swap: what it has written since the old version may not be able to read, on it or on any other."""
    made = plan()
    at = next(i for i, s in enumerate(made.steps) if isinstance(s.act, SwapPackage) and s.act.role.frontend)
    act = made.steps[at].act
    assert isinstance(act, SwapPackage)
    new = {True: (Role.LEADER, "3.3.9-abc1234"), False: (Role.FOLLOWER, "3.3.3-312ed45")}
    roles = {f.address: new[f.address == act.address] for f in REACHED.frontends}
    frontends = tuple(f.with_(role=roles[f.address][0], version=roles[f.address][1]) for f in REACHED.frontends)
    operation = Operation(
        id="sr-x", request=request("10.84.0.18:9050"), state=OperationState.UNDOING, created_at=NOW, changed_at=NOW, step=at
    )
    look = HostLook(address=act.address, taken_at=NOW, process=Process(pid=1))
    undone = next_undo(made, operation, REACHED.with_(frontends=frontends, hosts=(look,)), Pacing(), NOW)
    assert isinstance(undone, Halt) and "leads with 3.3.9-abc1234" in undone.sentence


@pytest.mark.parametrize("version", ["3.3.3-312ed45", "3.3.9-abc1234"])
def test_an_abort_in_the_leaders_turn_ends_when_it_runs_with_either_version(version: str) -> None:
    """Refused before anything was changed it runs the old one: to wait for the new one would never end."""
    made = plan()
    at = max(i for i, s in enumerate(made.steps) if isinstance(s.act, SwapPackage))
    act = made.steps[at].act
    assert isinstance(act, SwapPackage)
    frontends = tuple(f.with_(version=version) if f.address == act.address else f for f in REACHED.frontends)
    operation = Operation(
        id="sr-x", request=request("10.84.0.18:9050"), state=OperationState.UNDOING, created_at=NOW, changed_at=NOW, step=at
    )
    look = HostLook(address=act.address, taken_at=NOW, process=Process(pid=1))
    told = REACHED.with_(frontends=frontends, hosts=(look,))
    undone = next_undo(made, operation, told, Pacing(), NOW)
    assert isinstance(undone, Perform) and isinstance(undone.act, SetSetting), "the node is as it should be; what was lent follows"
    cut = told.with_(hosts=(look.with_(unfinished="3.3.9 3.3.3-312ed45"),))
    undone = next_undo(made, operation, cut, Pacing(), NOW)
    assert isinstance(undone, Perform) and undone.act == act.with_(only_if_cut=True)


@pytest.mark.parametrize(("frontends", "words"), [(1, "no statement is answered"), (2, "no write is taken"), (4, "")])
def test_that_the_frontends_lose_their_majority_meanwhile_is_told(frontends: int, words: str) -> None:
    few = sorted(REACHED.frontends, key=lambda each: each.role is not Role.LEADER)[:frontends]
    warned = [f.sentence for f in plan(state=REACHED.with_(frontends=tuple(few))).findings if f.verdict is Verdict.WARN]
    assert any(words in sentence for sentence in warned) if words else not any("is down," in sentence for sentence in warned)


@pytest.mark.parametrize(("listed", "backups", "warned"), [(True, (), False), (False, (), True), (False, ("3.3.9",), False)])
def test_a_first_swap_warns_of_jars_that_it_cannot_tell(listed: bool, backups: tuple[str, ...], warned: bool) -> None:
    """Files that were kept are put back as they were."""
    made = plan(state=with_hosts(STATE, java="17.0.9", listed=listed, backups=backups))
    assert any("which files the installed package brought" in finding.sentence for finding in made.findings) is warned


@pytest.mark.parametrize("unfinished", ["", "3.3.9 3.3.3"])
def test_an_abort_in_the_leaders_turn_brings_it_up_whole(unfinished: str) -> None:
    """Its files cannot go back, and a plain start is refused on those of two versions; another one leads meanwhile."""
    made = plan()
    at = max(i for i, s in enumerate(made.steps) if isinstance(s.act, SwapPackage))
    act = made.steps[at].act
    assert isinstance(act, SwapPackage)
    frontends = tuple(f.with_(alive=f.address != act.address) for f in REACHED.frontends)
    operation = Operation(
        id="sr-x", request=request("10.84.0.18:9050"), state=OperationState.UNDOING, created_at=NOW, changed_at=NOW, step=at
    )
    look = HostLook(address=act.address, taken_at=NOW, unfinished=unfinished)
    undone = next_undo(made, operation, REACHED.with_(frontends=frontends, hosts=(look,)), Pacing(), NOW)
    assert isinstance(undone, Perform) and undone.act == act.with_(only_if_cut=True)


@pytest.mark.parametrize(("first_done", "expected"), [(True, Halt), (False, Perform)])
def test_a_leader_of_now_waits_until_the_others_have_had_their_turn(first_done: bool, expected: type[Move]) -> None:
    """The leadership moved after the approval: another order was approved than the one that is safe now."""
    made = plan()
    at = [i for i, s in enumerate(made.steps) if isinstance(s.act, SwapPackage) and s.act.role.frontend][:2]
    first, second = (made.steps[i].act for i in at)
    assert isinstance(first, SwapPackage) and isinstance(second, SwapPackage)
    frontends = tuple(
        f.with_(
            role=Role.LEADER if f.address == second.address else Role.FOLLOWER,
            version="3.3.9-abc1234" if first_done and f.address == first.address else f.version,
        )
        for f in REACHED.frontends
    )
    operation = Operation(
        id="sr-x", request=request("10.84.0.18:9050"), state=OperationState.RUNNING, created_at=NOW, changed_at=NOW, step=at[1]
    )
    moved = next_move(made, operation, REACHED.with_(frontends=frontends), Pacing(), NOW)
    assert isinstance(moved, expected)
    if isinstance(moved, Halt):
        assert f"{second.address} leads now" in moved.sentence and "ask again" in moved.sentence


@pytest.mark.parametrize(("to", "closed"), [("3.3.9", False), ("3.4.4", True)])
def test_that_there_is_no_way_back_is_told_before_the_first_node(to: str, closed: bool) -> None:
    """From 3.4 a cluster can go back only to 3.3.9 or later, and this one comes from 3.3.3."""
    made = plan(to)
    assert not made.blocked, blocking(made)
    told = [f.sentence for f in made.findings if f.verdict is Verdict.WARN and "no way back" in f.sentence]
    assert bool(told) is closed is ("no way back" in made.undo_words) is ("takes them back" not in made.undo_words)
    if closed:
        assert "only to 3.3.9 or later" in told[0]
