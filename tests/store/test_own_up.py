"""A defect of ours in a turn is seen on the card, costs nothing that was recorded, and is over when it is mended."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bot.blocks import card
from bot.queue import Mailbox
from policies.operation import Operation, OperationState, Snapshot
from tests.bot.test_golden_messages import as_json
from tests.policies.clusters import request
from tests.policies.plans import plan_of
from workers import jobs
from workers.settings import WorkerSettings
from workers.store import Store
from workers.wiring import Wiring

NAME = "sr-1"
PLAN = plan_of("10.84.0.18:9050").with_(operation=NAME, revision=1)
CARD_WORDS = ("The bot cannot go on", "A defect in the bot (KeyError)", "tries again every minute")


@pytest.fixture
def wired(mailbox: Mailbox, store: Store, monkeypatch: pytest.MonkeyPatch) -> Wiring:
    """A worker whose settings have lost the cluster that an operation runs on."""
    nobody: Any = SimpleNamespace()
    made = Wiring(settings=WorkerSettings(clusters={}), mailbox=mailbox, store=store, directory=nobody, clusters={})
    monkeypatch.setattr(jobs, "wiring", lambda: made)
    return made


def running(mailbox: Mailbox, store: Store) -> Operation:
    """An operation in the middle of its plan, due now."""
    asked, now = request("10.84.0.18:9050").with_(id=NAME), datetime.now(UTC)
    mailbox.submit(asked)
    claim = store.claim(NAME)
    assert claim is not None
    record = Operation(
        id=NAME, request=asked, state=OperationState.RUNNING, created_at=now, changed_at=now, started_at=now, revision=1, step=1
    )
    store.commit(claim, record, delay_s=0, plan=PLAN)
    return record


def recorded(mailbox: Mailbox) -> Operation:
    found = mailbox.operation(NAME)
    assert found is not None
    return found


def test_the_card_says_so_and_nothing_else_changes(wired: Wiring) -> None:
    before = running(wired.mailbox, wired.store)
    assert jobs.advance(NAME).startswith("A defect in the bot (KeyError)")
    after = recorded(wired.mailbox)
    assert after == before.with_(trouble=after.trouble, trouble_since=after.trouble_since) and after.defective
    said = as_json(card(Snapshot(operation=after, plan=PLAN)))
    assert [words for words in CARD_WORDS if words not in said] == [] and "cannot be reached" not in said
    assert wired.mailbox.redis.zscore(wired.mailbox.keys.outbox_ready, f"op:{NAME}"), "the notifier is told to edit the card"


def test_it_is_tried_again_in_a_minute_and_says_since_when(wired: Wiring) -> None:
    running(wired.mailbox, wired.store)
    jobs.advance(NAME)
    left = wired.store.next_due_in()
    assert left is not None and 55 < left <= jobs.DEFECT_RETRY_S
    first = recorded(wired.mailbox).trouble_since
    jobs.advance(NAME)
    assert first is not None and recorded(wired.mailbox).trouble_since == first


def test_a_request_that_cannot_even_be_drafted_is_kept(wired: Wiring) -> None:
    wired.mailbox.submit(request("10.84.0.18:9050").with_(id=NAME))
    assert jobs.advance(NAME).startswith("A defect in the bot")
    assert wired.mailbox.operation(NAME) is None
    left = wired.store.next_due_in()
    assert left is not None and 55 < left <= jobs.DEFECT_RETRY_S
