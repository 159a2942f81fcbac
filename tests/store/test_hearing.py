"""Decisions are heard in whatever moment they come: during a turn, at the end, behind one that nobody can judge yet (P4, P5)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.identity import IdentityUnknown
from bot.queue import Mailbox
from policies.approval import Member
from policies.operation import Decision, DecisionKind, Operation, OperationState
from policies.request import Person
from tests.policies.clusters import ALICE, BOB, CAROL, request
from tests.policies.plans import plan_of
from workers import jobs
from workers.engine import IDENTITY_PATIENCE_S
from workers.settings import WorkerSettings
from workers.store import Claim, Store
from workers.wiring import Wiring

NAME = "sr-1"
PLAN = plan_of("10.84.0.18:9050").with_(operation=NAME, revision=1)
D, S = DecisionKind, OperationState
SETTINGS = {"clusters": {"prod": {"frontends": ["10.84.0.12:9030"], "user": "u"}}, "policy": {"approvers": [BOB.id, CAROL.id]}}


class Slack:
    """Who Slack knows; it does not answer about `silent`."""

    silent: frozenset[str] = frozenset()

    def member(self, person: Person) -> Member:
        if person.id in self.silent:
            raise IdentityUnknown("users.info: Slack cannot be asked")
        return Member(person=person)

    def home_team(self) -> str:
        return BOB.team


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest.fixture
def wired(mailbox: Mailbox, store: Store, slack: Slack, monkeypatch: pytest.MonkeyPatch) -> Wiring:
    settings = WorkerSettings.model_validate(SETTINGS)
    directory: Any = slack
    made = Wiring(settings=settings, mailbox=mailbox, store=store, directory=directory, clusters={})
    monkeypatch.setattr(jobs, "wiring", lambda: made)
    return made


def begun(wired: Wiring, state: OperationState = S.HALTED) -> Claim:
    """An operation with a plan, in the hands of this worker."""
    now = datetime.now(UTC)
    wired.mailbox.submit(request("10.84.0.18:9050").with_(id=NAME))
    claim = wired.store.claim(NAME)
    assert claim is not None
    record = Operation(
        id=NAME, request=claim.request, state=state, created_at=now, changed_at=now, started_at=now, revision=1, digest=PLAN.digest
    )
    return wired.store.commit(claim, record, delay_s=0, plan=PLAN, keep=True)


def recorded(wired: Wiring) -> Operation:
    found = wired.mailbox.operation(NAME)
    assert found is not None
    return found


def click(wired: Wiring, person: Person, kind: DecisionKind, ago_s: float = 0.0) -> None:
    at = datetime.now(UTC) - timedelta(seconds=ago_s)
    decision = Decision(token=f"{person.id} {kind}", operation=NAME, kind=kind, person=person, channel="C", at=at, digest=PLAN.digest)
    assert wired.mailbox.decide(decision) == "recorded"


def private_words(wired: Wiring) -> str:
    entries = wired.mailbox.redis.xrange(wired.mailbox.keys.outbox(f"op:{NAME}"))
    return " ".join(json.loads(fields["entry"]).get("text", "") for _, fields in entries)


@pytest.mark.parametrize(("kind", "becomes"), [(D.CLOSE, S.CLOSED), (D.RETRY, S.RUNNING), (D.ABORT, S.UNDOING)])
def test_a_click_in_the_middle_of_a_turn_is_heard_by_the_same_job(wired: Wiring, kind: DecisionKind, becomes: OperationState) -> None:
    """Its own job finds the operation busy and ends; no clock runs here."""
    claim = begun(wired)
    click(wired, BOB, kind)
    assert jobs.advance(NAME) == "nothing to do"
    assert claim.operation is not None
    wired.store.commit(claim, claim.operation, delay_s=600)
    assert wired.store.last_delay_s == 0
    jobs.advance(NAME)
    assert recorded(wired).state is becomes


def test_a_click_does_not_wait_for_a_delay_that_was_meant_for_others(wired: Wiring) -> None:
    claim = begun(wired)
    click(wired, BOB, D.CLOSE)
    wired.store.release(claim, 60)
    assert wired.store.due_now(NAME)


def test_who_clicks_while_it_ends_is_told_that_it_is_over(wired: Wiring) -> None:
    claim = begun(wired, S.RUNNING)
    click(wired, BOB, D.ABORT)
    assert claim.operation is not None
    wired.store.commit(claim, claim.operation.moved(S.DONE, datetime.now(UTC)), delay_s=None)
    assert "refused" in jobs.advance(NAME)
    assert "there is nothing left to decide" in private_words(wired) and recorded(wired).state is S.DONE
    assert wired.mailbox.live() == [] and wired.store.next_due_in() is None
    assert [each.id for each in wired.mailbox.recent()] == [NAME]


def test_nobody_waits_behind_somebody_whom_slack_cannot_name(wired: Wiring, slack: Slack) -> None:
    wired.store.release(begun(wired))
    slack.silent = frozenset({CAROL.id})
    click(wired, CAROL, D.RETRY)
    click(wired, CAROL, D.SKIP)
    click(wired, BOB, D.CLOSE)
    jobs.advance(NAME)
    assert recorded(wired).state is S.CLOSED


def test_an_operation_stands_still_for_an_unknown_person_only_for_a_while(wired: Wiring, slack: Slack) -> None:
    wired.store.release(begun(wired))
    slack.silent = frozenset({CAROL.id})
    click(wired, CAROL, D.CLOSE)
    assert "asking again" in jobs.advance(NAME)
    left = wired.store.next_due_in()
    assert left is not None and 4 < left <= jobs.IDENTITY_RETRY_S
    click(wired, ALICE, D.ABORT, ago_s=IDENTITY_PATIENCE_S + 1)
    slack.silent = frozenset({CAROL.id, ALICE.id})
    assert "asking again" in jobs.advance(NAME)
    assert "Slack could not say who you are, so “abort” was not done" in private_words(wired)
    assert recorded(wired).state is S.HALTED


def test_a_decision_that_we_fail_on_is_tried_once_a_minute(wired: Wiring, slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(person: Person) -> Member:
        raise KeyError("a defect of ours")

    monkeypatch.setattr(slack, "member", broken)
    wired.store.release(begun(wired))
    click(wired, BOB, D.CLOSE)
    assert jobs.advance(NAME).startswith("A defect in the bot (KeyError)")
    left = wired.store.next_due_in()
    assert left is not None and 55 < left <= jobs.DEFECT_RETRY_S
