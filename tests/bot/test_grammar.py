"""What people type: each row is what was typed, and what it is taken for."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks.help import help_message
from bot.commands import Ask, Command, Help, Mistake, Operate, Question, Show, parse, topics
from bot.commands.mistakes import LONGEST_COMMAND, LONGEST_REASON
from policies.address import Address
from policies.playbooks import MENU
from policies.request import OperationKind

CLUSTERS = ("prod", "test-eu")
NODE = Address(host="10.84.0.18", port=9050)
OTHER = Address(host="10.84.0.19", port=9050)


def read(text: str, *, clusters: tuple[str, ...] = CLUSTERS, bound: str | None = "prod") -> Command | Mistake:
    return parse(text, clusters=clusters, channel_cluster=bound)


def decommission(
    *targets: Address, cluster: str = "prod", reason: str = "", dry_run: bool = False
) -> Operate:
    return Operate(
        kind=OperationKind.DECOMMISSION_BACKEND,
        targets=targets,
        cluster=cluster,
        reason=reason,
        dry_run=dry_run,
    )


def views(*names: str, kind: OperationKind = OperationKind.PAUSE_VIEWS, cluster: str = "prod", reason: str = "") -> Operate:
    return Operate(kind=kind, targets=(), names=names, cluster=cluster, reason=reason)


def rehearse(version: str) -> Operate:
    return Operate(kind=OperationKind.REHEARSE, targets=(), options={"to": version}, cluster="prod")


RESIZE_BE, RESIZE_FE = OperationKind.RESIZE_BACKEND, OperationKind.RESIZE_FRONTEND

UNDERSTOOD = {
    "hosts": Ask(question=Question.HOSTS, cluster="prod"),
    "restore": Ask(question=Question.RESTORE, cluster="prod"),
    "restore metadata": Ask(question=Question.RESTORE, cluster="prod"),
    "restore metadata on test-eu": Ask(question=Question.RESTORE, cluster="test-eu"),
    "hosts on test-eu": Ask(question=Question.HOSTS, cluster="test-eu"),
    "resize be 10.84.0.18:9050 mem_limit=80%": Operate(kind=RESIZE_BE, targets=(NODE,), options={"mem_limit": "80%"}, cluster="prod"),
    "resize be all mem_limit=100G on test-eu": Operate(
        kind=RESIZE_BE, targets=(), options={"mem_limit": "100G", "all": "yes"}, cluster="test-eu"
    ),
    "resize fe heap=8192m 10.84.0.18:9050": Operate(kind=RESIZE_FE, targets=(NODE,), options={"heap": "8192m"}, cluster="prod"),
    "rehearse 3.4.4": rehearse("3.4.4"),
    "Rehearse to v3.4.4 on prod": rehearse("3.4.4"),
    "rehearse to=3.5.0-rc01": rehearse("3.5.0-rc01"),
    "create image on test-eu": Operate(kind=OperationKind.CREATE_IMAGE, targets=(), cluster="test-eu"),
    "views": Ask(question=Question.VIEWS, cluster="prod"),
    "views on test-eu": Ask(question=Question.VIEWS, cluster="test-eu"),
    "pause views": views(),
    "pause mvs all on test-eu": views("all", cluster="test-eu"),
    "Pause View dws.orders, ads.Gmv": views("dws.orders", "ads.Gmv"),
    'resume views "dws.orders daily" reason="done"': views("dws.orders daily", kind=OperationKind.RESUME_VIEWS, reason="done"),
    "pause views 报表.日报 `ads.top`": views("报表.日报", "ads.top"),
    "pause views ads.top`10.v2 dws dws": views("ads.top`10.v2", "dws"),
    "": Help(),
    "   \n\t ": Help(),
    "help": Help(),
    "?": Help(),
    "HELP Status": Help(topic="status"),
    "help decommission be": Help(topic="decommission be"),
    "help decommission": Help(topic="decommission be"),
    "status": Ask(question=Question.STATUS, cluster="prod"),
    "Status TEST-EU": Ask(question=Question.STATUS, cluster="test-eu"),
    "status on test-eu": Ask(question=Question.STATUS, cluster="test-eu"),
    "nodes prod": Ask(question=Question.NODES, cluster="prod"),
    "lock": Ask(question=Question.LOCK, cluster="prod"),
    "ops": Ask(question=Question.OPS),
    "ops test-eu": Ask(question=Question.OPS, cluster="test-eu"),
    "show op-7f3c": Show(operation="op-7f3c"),
    "show `op-7f3c`": Show(operation="op-7f3c"),
    "/sr status": Ask(question=Question.STATUS, cluster="prod"),
    "decommission be 10.84.0.18:9050": decommission(NODE),
    "DECOMMISSION Backend 10.84.0.18:9050": decommission(NODE),
    "plan decommission be 10.84.0.18:9050": decommission(NODE, dry_run=True),
    "decommission be 10.84.0.18:9050 10.84.0.19:9050": decommission(NODE, OTHER),
    "decommission be 10.84.0.18:9050, 10.84.0.19:9050": decommission(NODE, OTHER),
    "decommission be 10.84.0.18:9050,10.84.0.19:9050": decommission(NODE, OTHER),
    "decommission be 10.84.0.18:9050，10.84.0.19:9050": decommission(NODE, OTHER),
    "decommission be 10.84.0.18:9050 to 10.84.0.19:9050": decommission(NODE, OTHER),
    "decommission be 10.84.0.18:9050 and 10.84.0.19:9050": decommission(NODE, OTHER),
    "decommission be 10.84.0.18:9050 on test-eu": decommission(NODE, cluster="test-eu"),
    "decommission be 10.84.0.18:9050 ON Test-EU": decommission(NODE, cluster="test-eu"),
    'decommission be 10.84.0.18:9050\nreason="disk full"': decommission(NODE, reason="disk full"),
    "decommission\u00a0be\u00a010.84.0.18:9050": decommission(NODE),
    "decommission be \u200b10.84.0.18:9050\u200e": decommission(NODE),
    'decommission be 10.84.0.18:9050 reason="disk full"': decommission(NODE, reason="disk full"),
    "decommission be 10.84.0.18:9050 reason=“disk full”": decommission(NODE, reason="disk full"),
    "decommission be 10.84.0.18:9050 reason=„disk full“": decommission(NODE, reason="disk full"),
    "decommission be 10.84.0.18:9050 reason=‘disk full’": decommission(NODE, reason="disk full"),
    "decommission be 10.84.0.18:9050 reason='it’s full'": decommission(NODE, reason="it's full"),
    'decommission be 10.84.0.18:9050 Reason = "disk full" on test-eu': decommission(
        NODE, cluster="test-eu", reason="disk full"
    ),
    'decommission be reason="on test-eu, 10.84.0.19:9050" 10.84.0.18:9050': decommission(
        NODE, reason="on test-eu, 10.84.0.19:9050"
    ),
    "decommission be 10.84.0.18:9050 reason=full": decommission(NODE, reason="full"),
    "decommission be 10.84.0.18:9050 reason=full on test-eu": decommission(
        NODE, reason="full", cluster="test-eu"
    ),
    "decommission be <http://10.84.0.18:9050|10.84.0.18:9050>": decommission(NODE),
    "decommission be <http://10.84.0.18:9050>": decommission(NODE),
    "decommission be &lt;http://10.84.0.18:9050|10.84.0.18:9050&gt;": decommission(NODE),
    "decommission be http://10.84.0.18:9050/": decommission(NODE),
    "decommission be `10.84.0.18:9050`": decommission(NODE),
    "decommission be [fd00::18]:9050": decommission(Address(host="fd00::18", port=9050)),
    "decommission be be-1.example.com:9050": decommission(Address(host="be-1.example.com", port=9050)),
    'decommission be 10.84.0.18:9050 reason="<!channel> `rm` <@U0BOB|bob> 🔥 a &amp; b"': decommission(
        NODE, reason="<!channel> `rm` <@U0BOB|bob> 🔥 a & b"
    ),
}


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_understood(text: str) -> None:
    assert read(text) == UNDERSTOOD[text]


# typed -> (a part of the sentence, the command to type next)
MISTAKES = {
    "resize be 10.84.0.18:9050": ("How much is missing", "/sr resize be 10.84.0.18:9050 mem_limit=80%"),
    "resize fe all on test-eu": ("How much is missing", "/sr resize fe all heap=16g on test-eu"),
    "resize be 10.84.0.18:9050 mem_limit=120%": ("no amount of memory", "/sr resize be 10.84.0.18:9050 mem_limit=80%"),
    "resize fe 10.84.0.18:9010 heap=16": ("no amount of memory", "/sr resize fe 10.84.0.18:9010 heap=16g"),
    "resize fe 10.84.0.18:9010 heap=$(id)": ("no amount of memory", "/sr resize fe 10.84.0.18:9010 heap=16g"),
    "resize fe 10.84.0.18:9010 mem_limit=80%": ("It takes `heap=`", "/sr resize fe 10.84.0.18:9010 heap=16g"),
    "resize be 10.84.0.18:9050 -Xmx=16g": ("It takes `mem_limit=`", "/sr resize be 10.84.0.18:9050 mem_limit=80%"),
    "resize be 10.84.0.18:9050 memlimit=80%": ("Did you mean `mem_limit=`", "/sr resize be 10.84.0.18:9050 mem_limit=80%"),
    "resize be 10.84.0.18:9050 storage_root_path=/data2/be": (
        "`storage_root_path` is not changed by a resize",
        "/sr rebuild be 10.84.0.18:9050 path=/data2/be",
    ),
    "stauts": ("Did you mean `status`", "/sr status"),
    "statsu test-eu": ("Did you mean `status`", "/sr status test-eu"),
    "decomission be 10.84.0.18:9050 on prod": (
        "Did you mean `decommission`",
        "/sr decommission be 10.84.0.18:9050 on prod",
    ),
    'drain be 10.84.0.18:9050 reason="x y"': (
        "`decommission`",
        '/sr decommission be 10.84.0.18:9050 reason="x y"',
    ),
    "xyzzy": ("no command `xyzzy`", "/sr help"),
    "approve op-7f3c": ("is a button", "/sr ops"),
    "rehearse": ("No version is named", "/sr help rehearse"),
    "rehearse 3.4": ("is no version such as 3.3.9", "/sr help rehearse"),
    "rehearse 3.4.4 3.5.2": ("2 versions are named", "/sr help rehearse"),
    "create image now": ("one word too many", "/sr create image"),
    "pause": ("is a button", "/sr ops"),
    "resume sr-7f3c": ("is a button", "/sr ops"),
    'pause views "dws.orders daily" dws.gmv on prdo': ("no cluster", '/sr pause views "dws.orders daily" dws.gmv on prod'),
    "pause views dws force=true": ("not an option", "/sr pause views dws"),
    "pause views " + " ".join(f"dws.v{number}" for number in range(51)): ("51 views", "/sr help pause views"),
    "status prd": ("Did you mean `prod`", "/sr status prod"),
    "status prod now": ("`now` is one word too many", "/sr status prod"),
    "help drian": ("no help on `drian`", "/sr help"),
    "show": ("needs the id", "/sr ops"),
    "show op-1 op-2": ("`op-2` is one word too many", "/sr show op-1"),
    "show <!channel>": ("is not the id", "/sr ops"),
    "plan": ("needs an operation", '/sr plan decommission be 10.84.0.18:9050 reason="disk full"'),
    "plan status": ("no operation `status`", "/sr help"),
    "plan decomission be 10.84.0.18:9050": ("Did you mean", "/sr plan decommission be 10.84.0.18:9050"),
    "decommission": ("needs the kind of node", "/sr help decommission be"),
    "decommission 10.84.0.18:9050": ("needs the kind of node", "/sr decommission be 10.84.0.18:9050"),
    "decommission fe 10.84.0.18:9010": ("does not take `fe`", "/sr help decommission be"),
    "decommission be": ("at least one node", "/sr nodes"),
    'decommission be reason="x"': ("at least one node", "/sr nodes"),
    "decommission be 10.84.0.18": ("no port", "/sr decommission be 10.84.0.18:9050"),
    "decommission be be-1": ("no port", "/sr decommission be be-1:9050"),
    "decommission be 10.84.0.18:99999": ("out of range", "/sr decommission be 10.84.0.18:9050"),
    "decommission be 10.84.0.18:0": ("out of range", "/sr decommission be 10.84.0.18:9050"),
    "decommission be 10.84.0.18:-1": ("is not a port", "/sr decommission be 10.84.0.18:9050"),
    "decommission be 10.84.0.300:9050": ("not an IPv4 address", "/sr nodes"),
    "decommission be fd00::18:9050": ("brackets", "/sr decommission be [fd00::18]:9050"),
    "decommission be fd00::18": ("brackets", "/sr decommission be [fd00::18]:9050"),
    "decommission be 10.84.0.18:9050 please": ("`please` has no port", "/sr decommission be 10.84.0.18:9050"),
    'decommission be "10.84.0.18:9050\\"; DROP DATABASE x; --"': ("is not a", "/sr nodes"),
    "decommission be 10.84.0.18:9050;DROP": ("is not a port", "/sr nodes"),
    "decommission be 10.84.0.18:9050 10.84.0.18:9050": ("named twice", "/sr decommission be 10.84.0.18:9050"),
    "decommission be 10.84.0.18:9050 prod": ("is a cluster", "/sr decommission be 10.84.0.18:9050 on prod"),
    "decommission be 10.84.0.18:9050 on": ("is missing", "/sr decommission be 10.84.0.18:9050 on prod"),
    "decommission be 10.84.0.18:9050 on prd": ("`prod`", "/sr decommission be 10.84.0.18:9050 on prod"),
    "decommission be 10.84.0.18:9050 on nowhere": (
        "no cluster `nowhere`",
        "/sr decommission be 10.84.0.18:9050 on CLUSTER",
    ),
    "decommission be 10.84.0.18:9050 on prod on test-eu": (
        "Several clusters",
        "/sr decommission be 10.84.0.18:9050 on prod",
    ),
    'decommission be 10.84.0.18:9050 reson="disk full"': (
        "Did you mean `reason=`",
        '/sr decommission be 10.84.0.18:9050 reason="disk full"',
    ),
    "decommission be 10.84.0.18:9050 force=true": (
        "`force` is not an option",
        "/sr decommission be 10.84.0.18:9050",
    ),
    "decommission be 10.84.0.18:9050 reason=disk full on prod": (
        "no quotes",
        '/sr decommission be 10.84.0.18:9050 on prod reason="disk full"',
    ),
    'decommission be 10.84.0.18:9050 reason="disk full': (
        "never closed",
        '/sr decommission be 10.84.0.18:9050 reason="disk full"',
    ),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_mistake(text: str) -> None:
    sentence, following = MISTAKES[text]
    found = read(text)
    assert isinstance(found, Mistake)
    assert sentence in found.sentence
    assert found.next == following
    assert found.right


RUNNABLE = {following for _, following in MISTAKES.values() if "CLUSTER" not in following}


@pytest.mark.parametrize("following", sorted(RUNNABLE))
def test_what_is_suggested_is_understood(following: str) -> None:
    assert not isinstance(read(following.removeprefix("/sr ")), Mistake)


def test_an_unbound_channel_asks_for_the_cluster_and_never_guesses_it() -> None:
    found = read("decommission be 10.84.0.18:9050", bound=None)
    assert isinstance(found, Mistake)
    assert "`prod` and `test-eu`" in found.right
    assert found.next == "/sr decommission be 10.84.0.18:9050 on CLUSTER"


def test_one_cluster_needs_no_name() -> None:
    assert read("decommission be 10.84.0.18:9050", clusters=("solo",), bound=None) == decommission(
        NODE, cluster="solo"
    )


def test_a_channel_bound_to_an_unknown_cluster_is_not_bound() -> None:
    assert isinstance(read("status", bound="gone"), Mistake)


def test_without_clusters_the_settings_are_named() -> None:
    found = read("status", clusters=(), bound=None)
    assert isinstance(found, Mistake)
    assert "No cluster is configured" in found.sentence


def test_ten_thousand_characters() -> None:
    found = read("decommission be " + "a" * 9_984)
    assert isinstance(found, Mistake)
    assert "10,000 characters" in found.sentence
    assert f"{LONGEST_COMMAND:,}" in found.sentence


def test_a_long_reason_says_the_limit_and_keeps_what_fits() -> None:
    assert read(f'decommission be 10.84.0.18:9050 reason="{"x" * LONGEST_REASON}"') == decommission(
        NODE, reason="x" * LONGEST_REASON
    )
    found = read(f'decommission be 10.84.0.18:9050 reason="{"x" * (LONGEST_REASON + 1)}"')
    assert isinstance(found, Mistake)
    assert "301 characters; at most 300" in found.sentence
    assert not isinstance(read(found.next.removeprefix("/sr ")), Mistake)


def test_many_nodes_are_limited() -> None:
    hosts = " ".join(f"10.84.1.{number}:9050" for number in range(1, 22))
    found = read(f"decommission be {hosts}")
    assert isinstance(found, Mistake)
    assert "at most 20" in found.sentence
    assert isinstance(read(found.next.removeprefix("/sr ")), Operate)


def test_a_typed_backtick_cannot_end_our_code() -> None:
    found = read("stat`<!channel>`us")
    assert isinstance(found, Mistake)
    assert found.sentence.count("`") % 2 == 0


def test_the_overview_names_every_operation() -> None:
    shown = json.dumps(help_message().blocks, ensure_ascii=False)
    assert [entry.words for entry in MENU if f"/sr {' '.join(entry.words)}" not in shown] == []


@pytest.mark.parametrize("topic", topics())
def test_every_topic_has_help(topic: str) -> None:
    assert read(f"help {topic}") == Help(topic=topic)


PIECES = st.sampled_from(
    [
        "decommission",
        "be",
        "plan",
        "on",
        "prod",
        "reason=",
        'reason="',
        "“",
        "”",
        '"',
        "'",
        "`",
        ",",
        ":",
        "[",
        "]",
        "10.84.0.18:9050",
        "fd00::1",
        "<!channel>",
        "<@U0BOB|bob>",
        "<http://a:1|a:1>",
        "&lt;",
        "\n",
        "\u202e",
        "\u00a0",
        ";DROP",
        "show",
        "status",
        "help",
        "lock",
        "👩\u200d🚒",
        "\ud800",
        "\x00",
        "x" * 90,
    ]
)
MIXED = st.lists(PIECES, max_size=14)
TYPED = st.one_of(st.text(max_size=300), MIXED.map(" ".join), MIXED.map("".join))


@settings(max_examples=400, deadline=None)
@given(
    text=TYPED,
    clusters=st.sampled_from([(), ("prod",), CLUSTERS]),
    bound=st.sampled_from([None, "prod", "gone"]),
)
def test_whatever_is_typed_gets_an_answer(text: str, clusters: tuple[str, ...], bound: str | None) -> None:
    found = parse(text, clusters=clusters, channel_cluster=bound)
    if not isinstance(found, Mistake):
        return
    assert 0 < len(found.sentence) < 400
    assert found.right
    assert found.next.startswith("/sr ")
    for part in (found.sentence, found.right, found.next):
        assert part.isprintable(), repr(part)
        part.encode()


def test_check_reads_like_plan_and_shows_the_checks_alone() -> None:
    asked = parse("check decommission be 10.84.0.18:9050", clusters=("prod",), channel_cluster=None)
    assert isinstance(asked, Operate) and asked.dry_run and asked.checks_only
    wrong = parse("check decommission be 10.84.0.18", clusters=("prod",), channel_cluster=None)
    assert isinstance(wrong, Mistake) and wrong.next == "/sr check decommission be 10.84.0.18:9050"
    assert isinstance(parse("check", clusters=("prod",), channel_cluster=None), Mistake)


def test_old_and_new_nodes_are_told_apart_by_to() -> None:
    asked = parse("replace be 10.84.0.18:9050 to 10.84.91.20:9050 because=x", clusters=("prod",), channel_cluster=None)
    assert isinstance(asked, Mistake)
    asked = parse("replace be 10.84.0.18:9050 -> 10.84.91.20:9050", clusters=("prod",), channel_cluster=None)
    assert isinstance(asked, Operate)
    assert ([str(old) for old in asked.targets], [str(new) for new in asked.into]) == (["10.84.0.18:9050"], ["10.84.91.20:9050"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("replace be 10.84.0.18:9050", "The new nodes are missing"),
        ("replace be 10.84.0.18:9050 to 10.84.0.18:9050", "on both sides"),
        ("migrate 10.84.0.18:9050 to 10.84.91.20", "no port"),
        ("rebuild be 10.84.0.12:9050 path=../../etc", "no path for a storage directory"),
        ("rebuild be 10.84.0.12:9050 path=/data;rm", "no path for a storage directory"),
        ("rebuild be 10.84.0.12:9050 size=2T", "is not an option"),
        ("migrate 10.84.0.18:9050 to 10.84.91.20:9050 rebuild=nonsense!", "is not a node"),
        ("decommission be 10.84.0.18:9050 path=/data2", "is not an option"),
        ("drop 10.84.0.18:9050", "needs the kind of node"),
        ("add fe 10.84.0.18:9010", "does not take `fe`"),
    ],
)  # fmt: skip
def test_a_slip_in_an_operation_with_options(text: str, words: str) -> None:
    slip = parse(text, clusters=("prod",), channel_cluster=None)
    assert isinstance(slip, Mistake) and words in slip.sentence, slip


def test_a_list_in_an_option_is_no_target() -> None:
    asked = parse("migrate 10.84.0.18:9050 to 10.84.91.20:9050 rebuild=10.84.0.12:9050,10.84.0.19:9050 path=/data2", clusters=("prod",), channel_cluster=None)
    assert isinstance(asked, Operate)
    assert asked.options == {"rebuild": "10.84.0.12:9050,10.84.0.19:9050", "path": "/data2"}
    assert len(asked.targets) == len(asked.into) == 1
