"""What people really type: smart quotes, mentions, emoji, markup, addresses of every kind."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.stories.scene import ALICE, BOB, TARGET, Scene
from workers.demo import house

pytestmark = pytest.mark.story

REASONS = [
    ('reason="disk full"', "disk full"),
    ("reason=\u201cdisk full\u201d", "disk full"),
    ("reason='disk full'", "disk full"),
    ('reason="voll 💥 bis oben"', "voll 💥 bis oben"),
]
SLIPS = [
    ("/sr decommission be [fd00::18]:9050", "fd00::18"),
    ("/sr decommission be nowhere.example:9050", "nowhere.example"),
    ("/sr decommission be 10.84.0.18:0", "out of range"),
    ("/sr decommission be 10.84.0.18:9050' OR '1'='1", "quote"),
    (f"/sr decommission be {TARGET} on demo demo", "demo"),
    (f"/sr decommission be {TARGET} {TARGET}", "twice"),
]
INERT = ("<!channel>", "<!here>", "<@U0BOB>", "`rm -rf`", "<https://evil.example|demo>")


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with house(scenario="small", speed=100.0, workers=1, policy="quorum = 1") as built:
        yield Scene(built)


@pytest.mark.parametrize(("typed", "shown"), REASONS, ids=["straight", "smart", "single", "emoji"])
def test_a_reason_arrives_as_it_was_meant(scene: Scene, typed: str, shown: str) -> None:
    ts = scene.ask(f"/sr decommission be {TARGET} {typed}")
    assert f"Reason: {shown}" in scene.card(ts)


@pytest.mark.parametrize("markup", INERT)
def test_markup_in_a_reason_is_inert(scene: Scene, markup: str) -> None:
    ts = scene.ask(f'/sr decommission be {TARGET} reason="see {markup} now"')
    card = next(card for card in scene.slack.cards() if card["ts"] == ts)
    assert "now" in scene.card(ts)
    for parsed in [card["text"], *_markup(card["blocks"])]:
        assert not any(alive in parsed for alive in ("<!channel", "<!here", "<@U0BOB", "<https://evil")), parsed
    assert not any(f'"type": "{kind}"' in json.dumps(card["blocks"]) for kind in ("broadcast", "link"))


def _markup(value: Any) -> list[str]:
    """Every text that Slack reads markup in; plain_text and the text of rich_text are shown letter by letter."""
    if isinstance(value, dict):
        own = [str(value["text"])] if value.get("type") == "mrkdwn" else []
        return own + [text for inner in value.values() for text in _markup(inner)]
    return [text for inner in value for text in _markup(inner)] if isinstance(value, list) else []


@pytest.mark.parametrize(("typed", "words"), SLIPS, ids=[typed[:48] for typed, _ in SLIPS])
def test_a_slip_is_answered_to_its_author_alone(scene: Scene, typed: str, words: str) -> None:
    scene.type(typed)
    scene.private(ALICE, words)
    assert scene.slack.cards() == [] and scene.sent() == []
    assert not [message for message in scene.slack.messages(BOB) if not message["ephemeral_for"]]


def test_what_the_balancer_does(scene: Scene) -> None:
    scene.fault("frozen_scheduler")
    scene.type("/sr balance")
    told = scene.private(ALICE, "Balance of demo")
    assert "nothing to do" in told and "0 (not the default)" in told


def test_the_checks_alone(scene: Scene) -> None:
    scene.type(f"/sr check decommission be {TARGET}")
    told = scene.private(ALICE, "nothing blocks it")
    assert "below the soft limit of 90 %" in told, "the evidence of a passed check is there too"
    assert scene.slack.cards() == []
