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
    assert scene.submit(view, but=2)["errors"]["checklist-0"].startswith("Still open: A broker runs there")
    assert scene.submit(view, note="keytab by *ops* <!here>")["ok"]
    scene.shows(ts, "Checklist signed by @U0ALICE at ")
    assert "sign" not in " ".join(scene.buttons(ts))
    assert "Note: keytab by *ops* <!here>" in scene.told(ts, "Checklist signed (6 of 6)")
    detail = last_audited(scene, "signed", ALICE, signed)[2]
    assert "Firewalls and security groups" in detail and detail.endswith("Note: keytab by *ops* <!here>")

    scene.press(ts, "approve")
    scene.told(ts, "Done in")
    assert "Checklist signed by @U0ALICE at " in scene.card(ts)
    reply = follow_ups(scene, ts)
    shown = scene.told(ts, "📎")
    assert '- targets: ["10.84.91.20:8040"]\n  labels: {group: be}' in shown and 'instance="10.84.91.20:8040"' in shown
    assert actions_of(reply) == ["sr.op.follow_up"] and scene.buttons(ts) == []

    scene.slack.click(DAVE, reply["ts"], "sr.op.follow_up")
    scene.told(ts, "Follow-ups done by @U0DAVE at ")
    assert actions_of(follow_ups(scene, ts)) == []
    scene.shows(ts, "Follow-ups done by @U0DAVE at ")
    assert "*Done*" in scene.card(ts) and last_audited(scene, "followed_up", DAVE, done)[1] == "Follow-ups done."
    assert scene.sent() == [f'ALTER SYSTEM ADD BACKEND "{NEW}"'] and verify(scene.house.directory / "audit.sqlite3") == []
    scene.in_order(ts)
