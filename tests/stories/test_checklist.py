"""The form that a person signs before a new node is approved, and the follow-ups that a person signs when it is there."""

from typing import Any

import pytest

from tests.stories.scene import ALICE, BOB, CAROL, DAVE, GUS, MALLORY, TARGET, Scene, actions_of
from workers.audit import rows, verify

pytestmark = pytest.mark.story

NEW = "10.84.91.20:9050"
ADD = f"/sr add be {NEW}"


def follow_ups(scene: Scene, ts: str) -> dict[str, Any]:
    """The reply with the snippets."""
    return scene.wait(lambda: next((m for m in scene.slack.thread(ts) if "Follow-ups" in str(m["blocks"])), None))


def audited(scene: Scene, what: str) -> list[tuple[str, str, str]]:
    """Who and what, of the entries of one kind in the copy outside Redis."""
    path = scene.house.directory / "audit.sqlite3"
    return [(entry.actor, entry.sentence, entry.detail) for entry in rows(path) if entry.what == what]


def last_audited(scene: Scene, what: str, actor: str, count: int) -> tuple[str, str, str]:
    """The newest entry of this kind, once there is one more than before."""
    found = scene.wait(lambda: audited(scene, what)[count:])
    assert len(found) == 1 and found[0][0] == f"T0HOME/{actor}"
    return found[0]


def test_a_backend_is_added_with_two_signatures(scene: Scene) -> None:
    signed, done = len(audited(scene, "signed")), len(audited(scene, "followed_up"))
    ts = scene.ask(ADD)
    assert "checklist not signed yet" in scene.card(ts) and "Kerberos principal" in scene.card(ts)
    scene.slack.click(BOB, ts, "sr.op.approve")
    assert "the requester or anybody else of this workspace" in scene.private(BOB, "The checklist of this plan is not signed yet")
    assert scene.sent() == []

    view = scene.form(ts, ALICE)
    assert "Still open: A broker runs there, or another one can be reached; Whoever" in scene.submit(view, but=2)["errors"]["checklist-0"]
    assert scene.submit(view, note="keytab by *ops* <!here>")["ok"]
    scene.shows(ts, "Checklist signed by @U0ALICE ")
    assert "sign" not in " ".join(scene.buttons(ts))
    assert "Note: keytab by *ops* <!here>" in scene.told(ts, "Checklist signed (6 of 6)")
    detail = last_audited(scene, "signed", ALICE, signed)[2]
    assert "Firewalls and security groups" in detail and detail.endswith("Note: keytab by *ops* <!here>")

    scene.press(ts, "approve")
    scene.told(ts, "Done in")
    assert "Checklist signed by @U0ALICE " in scene.card(ts)
    reply = follow_ups(scene, ts)
    shown = scene.told(ts, "📎")
    assert '- targets:\n    - "10.84.91.20:8040"\n  labels: {group: be}' in shown and 'instance="10.84.91.20:8040"' in shown
    assert actions_of(reply) == ["sr.op.follow_up"] and scene.buttons(ts) == []

    scene.slack.click(DAVE, reply["ts"], "sr.op.follow_up")
    scene.told(ts, "Follow-ups done by @U0DAVE ")
    assert actions_of(follow_ups(scene, ts)) == []
    scene.shows(ts, "Follow-ups done by @U0DAVE ")
    assert "*Done*" in scene.card(ts) and last_audited(scene, "followed_up", DAVE, done)[1] == "Follow-ups done."
    assert scene.sent() == [f'ALTER SYSTEM ADD BACKEND "{NEW}"'] and verify(scene.house.directory / "audit.sqlite3") == []
    scene.in_order(ts)


@pytest.mark.parametrize(("user", "words"), [(GUS, "Guests"), (MALLORY, "organisation")])
def test_who_may_not_sign(scene: Scene, user: str, words: str) -> None:
    ts = scene.ask(ADD)
    scene.submit(scene.form(ts, user), user)
    scene.private(user, words)
    assert "checklist not signed yet" in scene.card(ts) and "sr.op.sign" in scene.buttons(ts)
    scene.sign(ts, CAROL)
    scene.press(ts, "approve", BOB)
    reply = follow_ups(scene, ts)
    scene.slack.click(user, reply["ts"], "sr.op.follow_up")
    scene.wait(lambda: [m for m in scene.slack.messages(user) if m["ephemeral_for"] == user and words in str(m["blocks"])][1:])
    assert actions_of(follow_ups(scene, ts)) == ["sr.op.follow_up"]


def test_the_same_form_twice_is_one_signature(scene: Scene) -> None:
    """Slack delivers a submission again when the acknowledgement is late; two people may also have the form open at once."""
    signed = len(audited(scene, "signed"))
    ts = scene.ask(ADD)
    slow, quick = scene.form(ts, CAROL), scene.form(ts, ALICE)
    scene.slack.call("faults", {"kind": "duplicate_delivery", "method": "interactive", "count": 1})
    assert scene.submit(quick, ALICE)["ok"]
    scene.shows(ts, "Checklist signed by @U0ALICE ")
    assert scene.submit(slow, CAROL)["ok"]
    assert "by alice" in scene.private(CAROL, "signed already")
    assert sum("Checklist signed" in reply for reply in scene.thread(ts)) == 1
    last_audited(scene, "signed", ALICE, signed)


def test_the_workers_die_with_a_signature_in_hand(scene: Scene) -> None:
    """Signed, the one worker dies before it has written that down, everything else after it was; then approved and done."""
    ts = scene.ask(ADD)
    view = scene.form(ts)
    for name in ("worker-1", "worker-2"):
        scene.kill(name)
    scene.revive("worker-1", SR_FAIL="before_heard_commit:1")
    assert scene.submit(view, note="once")["ok"]
    scene.wait(lambda: scene.house.processes["worker-1"].poll() is not None)
    assert "not signed yet" in scene.card(ts)
    scene.mend()
    scene.shows(ts, "Checklist signed by @U0ALICE ")
    for name in ("worker-1", "worker-2", "clock", "notifier"):
        scene.kill(name)
    scene.mend()
    scene.press(ts, "approve")
    reply = follow_ups(scene, ts)
    for name in ("worker-1", "worker-2", "notifier"):
        scene.kill(name)
    scene.slack.click(DAVE, reply["ts"], "sr.op.follow_up")
    scene.mend()
    scene.told(ts, "Follow-ups done by @U0DAVE ")
    scene.shows(ts, "Follow-ups done by @U0DAVE ")
    assert sum("Checklist signed" in reply for reply in scene.thread(ts)) == 1
    assert scene.sent() == [f'ALTER SYSTEM ADD BACKEND "{NEW}"']
    scene.in_order(ts)


def test_a_new_plan_needs_a_new_signature(scene: Scene) -> None:
    """A signature is given to a digest, like a vote: what changed may be what was signed for."""
    ts = scene.ask(ADD)
    scene.sign(ts)
    scene.twin("sql", {"sql": 'ALTER SYSTEM ADD COMPUTE NODE "10.84.91.40:9050"'})
    scene.slack.click(BOB, ts, "sr.op.approve")
    scene.told(ts, "it needs new approvals and a new signature")
    scene.shows(ts, "checklist not signed yet")
    assert "sr.op.sign" in scene.buttons(ts) and scene.sent() == []


def test_follow_ups_are_signed_long_after_while_another_operation_runs(scene: Scene) -> None:
    """The lock is long released: whoever has the cluster keeps it, and nothing is opened again."""
    ts = scene.ask("/sr drop follower 10.84.0.19:9010")
    assert "hecklist" not in scene.card(ts)
    scene.press(ts, "approve")
    scene.told(ts, "Please stop the frontend process on 10.84.0.19")
    scene.fault("fe_down", fe="10.84.0.19")
    reply = follow_ups(scene, ts)
    told = scene.told(ts, "📎")
    assert '"10.84.0.19:8030"  # group fe' in told and "Proxies, query port: take out\n10.84.0.19:9030" in told
    scene.fault("drain_rate", factor=0.05)
    drain = scene.ask(nth=1)
    scene.press(drain, "approve")
    scene.told(drain, "is leaving")
    scene.kill("notifier")  # The button stays for both of them.
    assert scene.slack.click(CAROL, reply["ts"], "sr.op.follow_up")["ok"]
    assert scene.slack.click(DAVE, reply["ts"], "sr.op.follow_up")["ok"]
    scene.revive("notifier")
    scene.private(DAVE, "signed already")
    scene.shows(ts, "Follow-ups done by @U0CAROL ")
    assert "*Done*" in scene.card(ts) and "*Running*" in scene.card(drain)
    scene.type("/sr lock")
    assert "Decommission" in scene.private(ALICE, TARGET)
