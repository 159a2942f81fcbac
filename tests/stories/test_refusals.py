"""What is refused, why, and to whom it is told. Nothing is ever sent."""

import urllib.error

import pytest

from tests.stories.scene import ALICE, BOB, CAROL, DAVE, GUS, MALLORY, TARGET, Scene

pytestmark = pytest.mark.story

SLIPS = [
    ("/sr decommission be 10.84.0.81:9050", "Did you mean"),
    ("/sr decommission be 10.84.0.12:9010", "is a frontend"),
    ("/sr decommission be 10.84.0.18", "has no port"),
    ("/sr decommission be 10.84.0.18:99999", "out of range"),
    ("/sr decommission be fd00::18:9050", "brackets"),
    ("/sr decommission be", "decommission be"),
    ("/sr decomission be 10.84.0.18:9050", "decommission"),
    ("/sr decommission be 10.84.0.18:9050 on dmeo", "demo"),
    ("/sr decommission be 10.84.0.18:9050;DROP", "port"),
    ('/sr decommission be 10.84.0.18:9050 reason="never closed', "quote"),
    ("/sr frobnicate", "help"),
    ("/sr show sr-nothing", "no operation"),
    ("/sr " + "x" * 10_000, "10,000 characters"),
]


@pytest.mark.parametrize(("typed", "words"), SLIPS, ids=[typed[:40] for typed, _ in SLIPS])
def test_a_slip_is_answered_to_its_author_alone(scene: Scene, typed: str, words: str) -> None:
    scene.type(typed)
    scene.private(ALICE, words)
    assert scene.slack.cards() == [] and scene.sent() == []
    assert not [message for message in scene.slack.messages(BOB) if not message["ephemeral_for"]]


def mrkdwn_of(value: object) -> list[str]:
    """Every text that Slack would parse; rich_text is literal."""
    if isinstance(value, dict):
        own = [str(value["text"])] if value.get("type") == "mrkdwn" else []
        return own + [text for inner in value.values() for text in mrkdwn_of(inner)]
    return [text for inner in value for text in mrkdwn_of(inner)] if isinstance(value, list) else []


def test_three_old_nodes_at_once(scene: Scene) -> None:
    scene.reset("mission000")
    ts = scene.ask("/sr decommission be 10.84.0.12:9050 10.84.0.18:9050 10.84.0.19:9050")
    assert "Refused" in scene.card(ts) and "2 of 5 backends" in scene.card(ts)
    assert scene.buttons(ts) == [] and scene.sent() == []


def test_before_the_new_hosts_joined(scene: Scene) -> None:
    scene.reset("before-join")
    ts = scene.ask()
    assert "Refused" in scene.card(ts) and "2 of 3 backends" in scene.card(ts)


def test_a_frozen_scheduler(scene: Scene) -> None:
    scene.fault("frozen_scheduler")
    assert "frozen" in scene.card(scene.ask())
    assert scene.sent() == []


def test_a_drain_that_would_be_accepted_and_never_end(scene: Scene) -> None:
    scene.reset("mission000")
    for at in ("10.84.0.19:9050", "10.84.91.16:9050", "10.84.91.18:9050"):
        scene.fault("set_disk", at=at, avail_gb=140)
    card = scene.card(scene.ask())
    assert "Refused" in card and "soft limit" in card and "never finish" in card


def test_an_already_leaving_node(scene: Scene) -> None:
    scene.fault("foreign_decommission", at=TARGET)
    scene.type(f"/sr decommission be {TARGET}")
    scene.private(ALICE, "is leaving already")


def test_a_dry_run_never_offers_approval(scene: Scene) -> None:
    scene.type(f"/sr plan decommission be {TARGET}")
    scene.wait(lambda: "*Dry run*" in scene.transcript())
    assert not [m for m in scene.slack.messages() for b in m["blocks"] if b["type"] == "actions"]


@pytest.mark.parametrize(
    ("user", "words"),
    [(ALICE, "someone else has to approve"), (DAVE, "not an approver"), (MALLORY, "organisation"), (GUS, "Guests")],
)
def test_who_may_not_approve(scene: Scene, user: str, words: str) -> None:
    ts = scene.ask()
    scene.press(ts, "approve", user)
    scene.private(user, words)
    assert "0 of 1 approvals" in scene.card(ts) and scene.sent() == []


def test_a_rejection_with_its_reason_ends_it(scene: Scene) -> None:
    ts = scene.ask()
    scene.press(ts, "reject", CAROL)
    view = scene.wait(lambda: scene.slack.call(f"views?as={CAROL}")["views"])[-1]
    block = next(b for b in view["blocks"] if b["type"] == "input")
    values = {block["block_id"]: {block["element"]["action_id"]: "not tonight <!channel>"}}
    scene.slack.call("submit", {"as": CAROL, "view_id": view["id"], "values": values})
    scene.shows(ts, "Rejected")
    scene.told(ts, "not tonight")
    spoken = [text for message in scene.slack.thread(ts) for text in mrkdwn_of(message["blocks"])]
    assert not [text for text in spoken if "<!channel>" in text], "in mrkdwn it would call everybody"
    scene.press(ts, "approve", BOB, force=True, value="{}")
    assert scene.sent() == [] and scene.buttons(ts) == []


def test_a_click_on_an_old_card_is_not_an_approval(scene: Scene) -> None:
    ts = scene.ask()
    old = next(e["value"] for b in scene.slack.cards()[0]["blocks"] if b["type"] == "actions" for e in b["elements"])
    forged = old.replace('"digest":"', '"digest":"00')
    scene.press(ts, "approve", BOB, force=True, value=forged)
    scene.private(BOB, "older plan")
    assert scene.sent() == []


def test_outsiders_get_no_answer_about_the_cluster(scene: Scene) -> None:
    scene.type("/sr nodes", MALLORY)
    scene.private(MALLORY, "organisation")


def test_questions_are_answered_privately(scene: Scene) -> None:
    for command, words in (("/sr help", "decommission"), ("/sr nodes", TARGET), ("/sr status", "demo"), ("/sr ops", "operation"), ("/sr lock", "demo")):
        scene.type(command)
        scene.private(ALICE, words)
    assert scene.slack.cards() == []


def test_a_channel_that_is_not_bound_still_finds_the_only_cluster_or_asks(scene: Scene) -> None:
    scene.type("/sr nodes", channel="C0OTHER")
    scene.private(ALICE, "demo", channel="C0OTHER")


def test_no_frontend_answers(scene: Scene) -> None:
    scene.fault("refuse_connections", seconds=3000)
    scene.type(f"/sr decommission be {TARGET}")
    scene.private(ALICE, "answer")
    assert scene.slack.cards() == []


def test_survivors_that_starrocks_itself_refuses(scene: Scene) -> None:
    """Its formula pools all free bytes and looks at no limit; the bot says the same before anything is asked of it."""
    for backend in scene.twin("state")["backends"]:
        if backend["address"] != TARGET:
            scene.fault("set_disk", at=backend["address"], avail_gb=0.3)
    ts = scene.ask()
    assert "StarRocks will refuse" in scene.card(ts)
    assert scene.buttons(ts) == []
    # The twin agrees, had somebody typed the statement.
    with pytest.raises(urllib.error.HTTPError) as refused:
        scene.twin("sql", {"sql": f'ALTER SYSTEM DECOMMISSION BACKEND "{TARGET}"'})
    assert "insufficient disk space" in refused.value.read().decode()
