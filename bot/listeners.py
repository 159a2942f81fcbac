"""Slack in: validate, record, answer. Nothing slow happens here, and nothing is decided here.

Every listener acknowledges within milliseconds: a mistake is answered in the acknowledgement itself; a request or a
decision is one script in Redis; everything else is done by workers.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from redis import RedisError
from redis import TimeoutError as RedisTimeoutError
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot import blocks
from bot.blocks import buttons
from bot.commands import Ask, Command, Help, Mistake, Operate, Question, Show, parse
from bot.failpoints import failpoint
from bot.message import Message
from bot.queue import Mailbox
from bot.settings import Settings
from bot.waking import Waking
from policies.operation import Decision, DecisionKind
from policies.request import Person, Request

log = logging.getLogger(__name__)
T = TypeVar("T")
D = DecisionKind

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Operation ids are read out over the phone at night: no i, l, o, 0, 1."""
ANSWER_LIMIT_S = 0.2
"""A command is acknowledged within 0.3 s even when Redis hangs; 50 at once share a handful of threads that all wait for it."""
CLICK_LIMIT_S = 3.0
CLICK_ACK_S = 1.0
"""A click is acknowledged when it is recorded, so that Slack itself tells of one that got lost on the way; a slow Redis is waited
for this long, since after three seconds Slack would tell so of every click."""
TRY_AGAIN = blocks.private_line(
    "Redis does not answer, so it is not known whether this was recorded. "
    "Try again in a moment, unless its plan appears here or `/sr ops` lists it."
)
"""A Redis that hangs may carry out later what it was sent, so nobody is told that nothing happened."""
CLICK_AGAIN = blocks.private_line(
    "Redis does not answer, so it is not known whether this was recorded. Try again in a moment, unless the card shows it."
)
NOTHING_TO_SIGN = blocks.private_line("There is nothing to sign there any more: the card says who signed, or shows a newer plan.")
OUTSIDER = blocks.private_line("This bot serves its own workspace only; you belong to another organisation.")


def register(app: AsyncApp, settings: Settings, mailbox: Mailbox, home_team: str) -> None:
    """Attach all listeners to a Bolt app. `home_team` is the workspace the app is installed in."""
    ears = Ears(settings, mailbox, home_team)
    app.command("/sr")(ears.on_command)
    for action_id in buttons.DECISIONS:
        app.action(action_id)(ears.on_decision)
    app.action(buttons.REJECT)(ears.on_reject)
    app.view(buttons.REJECT_FORM)(ears.on_reject_form)
    app.action(buttons.SIGN)(ears.on_sign)
    app.view(buttons.SIGN_FORM)(ears.on_sign_form)


class Ears:
    """The listeners, with what they need."""

    def __init__(self, settings: Settings, mailbox: Mailbox, home_team: str) -> None:
        self.settings = settings
        self.mailbox = mailbox
        # A click that takes too long is acknowledged meanwhile, so there is time to wait for a busy Redis.
        self.patient = Mailbox(settings.redis_url, settings.key_prefix, timeout_s=CLICK_LIMIT_S)
        self.waking = Waking(mailbox.wake)
        self.home_team = home_team
        self.clusters = tuple(settings.clusters)

    async def on_command(self, ack: AsyncAck, command: Mapping[str, Any]) -> None:
        """`/sr …`: parse, record, answer."""
        if command.get("user_team", command.get("team_id")) != self.home_team or not self._home(command):
            await _private(ack, OUTSIDER)
            return
        channel_cluster = self.settings.cluster_of_channel(str(command["channel_id"]))
        parsed = parse(str(command.get("text", "")), clusters=self.clusters, channel_cluster=channel_cluster)
        if isinstance(parsed, Mistake):
            await _private(ack, blocks.mistake_message(parsed))
            return
        operation = new_id("sr")
        try:
            await _private(ack, await _in_time(self._carry, parsed, command, operation))
        except RedisError as error:
            log.warning("command not recorded: %s", error)
            await _private(ack, TRY_AGAIN)
            return
        if isinstance(parsed, Operate) and not parsed.dry_run:
            self.waking.soon(operation)

    def _home(self, command: Mapping[str, Any]) -> bool:
        return str(command.get("team_id", "")) == self.home_team

    def _carry(self, parsed: Command, command: Mapping[str, Any], operation: str) -> Message:
        """Record what was asked; returns the private answer. Raises RedisError."""
        match parsed:
            case Help(topic=topic):
                return blocks.help_message(topic)
            case Show(operation=operation):
                return self._show(operation)
            case Ask(question=Question.OPS):
                return blocks.ops_message(self.mailbox.live(), self.mailbox.recent(5))
            case Ask(question=Question.LOCK, cluster=str(cluster)):
                return blocks.lock_message(cluster, self.mailbox.holder(cluster), self.mailbox.waiting(cluster))
            case Ask(question=question, cluster=cluster):
                self._ask(question.value, cluster or "", command)
                return blocks.private_line(f"Looking at {cluster} …")
            case Operate():
                return self._operate(parsed, command, operation)

    def _show(self, operation: str) -> Message:
        snapshot = self.mailbox.snapshot(operation)
        if snapshot is None:
            return blocks.private_line(f"There is no operation {operation}. `/sr ops` lists them.")
        return blocks.show_message(snapshot)

    def _ask(self, kind: str, cluster: str, command: Mapping[str, Any], text: str = "") -> None:
        question = new_id("q")
        self.mailbox.ask(kind, cluster, str(command["channel_id"]), str(command["user_id"]), question, text)

    def _operate(self, parsed: Operate, command: Mapping[str, Any], operation: str) -> Message:
        request = Request(
            id=operation,
            kind=parsed.kind,
            cluster=parsed.cluster,
            targets=parsed.targets,
            into=parsed.into,
            names=parsed.names,
            options=parsed.options,
            reason=parsed.reason,
            requester=Person(
                id=str(command["user_id"]),
                team=str(command["team_id"]),
                name=str(command.get("user_name", "")),
                enterprise=str(command.get("enterprise_id") or ""),
            ),
            channel=str(command["channel_id"]),
            asked_at=datetime.now(UTC),
        )
        if parsed.dry_run:
            self._ask("check" if parsed.checks_only else "plan", parsed.cluster, command, request.model_dump_json())
            return blocks.private_line(f"{'Checks' if parsed.checks_only else 'Dry run'}: looking at {parsed.cluster} …")
        self.mailbox.record(request)
        return blocks.private_line(f"Looking at {parsed.cluster} and making the plan of `{request.id}` …")

    async def on_decision(self, ack: AsyncAck, body: Mapping[str, Any], client: AsyncWebClient) -> None:
        """A click on Approve, Pause, Abort …: record it; a worker judges it."""
        await self._decide(ack, buttons.decision_from_action(body, datetime.now(UTC)), client)

    async def on_reject(self, ack: AsyncAck, body: Mapping[str, Any], client: AsyncWebClient) -> None:
        """Reject… opens a form for the reason."""
        await ack()
        decision = buttons.decision_from_action(body, datetime.now(UTC))
        if decision is None:
            return
        view = buttons.reject_modal(decision.operation, decision.digest, channel=decision.channel)
        await client.views_open(trigger_id=str(body["trigger_id"]), view=view)

    async def on_reject_form(self, ack: AsyncAck, body: Mapping[str, Any], client: AsyncWebClient) -> None:
        """The form was sent."""
        await self._decide(ack, buttons.decision_from_submission(body, datetime.now(UTC)), client)

    async def on_sign(self, ack: AsyncAck, body: Mapping[str, Any], client: AsyncWebClient) -> None:
        """Sign checklist… opens a form with the items of the plan as it is now."""
        await ack()
        decision = buttons.decision_from_action(body, datetime.now(UTC))
        if decision is None:
            return
        try:
            operation = await asyncio.to_thread(self.mailbox.operation, decision.operation)
        except RedisError as error:
            log.warning("a checklist could not be read: %s", error)
            await _tell(client, decision, CLICK_AGAIN)
            return
        if operation is None or D.SIGN not in operation.choices() or operation.digest != decision.digest:
            await _tell(client, decision, NOTHING_TO_SIGN)
            return
        await client.views_open(trigger_id=str(body["trigger_id"]), view=blocks.sign_modal(operation, decision.channel))

    async def on_sign_form(self, ack: AsyncAck, body: Mapping[str, Any], client: AsyncWebClient) -> None:
        """The form was sent: a box that is not ticked is told at once, beside it."""
        left = blocks.boxes_left(body)
        if left:
            await ack(response_action="errors", errors=left)
            return
        await self._decide(ack, buttons.decision_from_submission(body, datetime.now(UTC)), client)

    async def _decide(self, ack: AsyncAck, decision: Decision | None, client: AsyncWebClient) -> None:
        if decision is None:
            log.warning("a click that is not ours was ignored")
            await ack()
            return
        failpoint("before_decision")
        recording = asyncio.ensure_future(asyncio.to_thread(self.patient.decide, decision))
        await asyncio.wait({recording}, timeout=CLICK_ACK_S)
        await ack()
        try:
            recorded = await recording
        except RedisError as error:
            log.warning("decision not recorded: %s", error)
            await _tell(client, decision, CLICK_AGAIN)
            return
        if recorded in {"ended", "unknown"}:
            sentence = f"{decision.operation} is over: there is nothing left to decide."
            await _tell(client, decision, blocks.private_line(sentence))


async def _in_time(work: Callable[..., T], *arguments: Any) -> T:
    """Work that waits for Redis, in a thread; what did not begin in time never begins. Raises RedisError."""
    try:
        return await asyncio.wait_for(asyncio.to_thread(work, *arguments), ANSWER_LIMIT_S)
    except TimeoutError:
        raise RedisTimeoutError(f"no answer within {ANSWER_LIMIT_S} s") from None


async def _private(ack: AsyncAck, message: Message) -> None:
    await ack(text=message.text, blocks=list(message.blocks), response_type="ephemeral")


async def _tell(client: AsyncWebClient, decision: Decision, message: Message) -> None:
    await client.chat_postEphemeral(
        channel=decision.channel, user=decision.person.id, text=message.text, blocks=list(message.blocks)
    )


def new_id(prefix: str) -> str:
    """`sr-k7m2qd`: short enough to say aloud, random enough never to meet again."""
    return f"{prefix}-{''.join(secrets.choice(ALPHABET) for _ in range(8))}"
