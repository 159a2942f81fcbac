"""Slack in: validate, record, answer. Nothing slow happens here, and nothing is decided here.

Every listener acknowledges within milliseconds: a mistake is answered in the acknowledgement itself, a request or a
decision is one script in Redis, everything else is done by workers.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from redis import RedisError
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot import answers
from bot.blocks import buttons
from bot.commands import Ask, Command, Help, Mistake, Operate, Show, parse
from bot.message import Message
from bot.queue import Mailbox
from bot.settings import Settings
from policies.operation import Decision
from policies.request import Person, Request

log = logging.getLogger(__name__)
T = TypeVar("T")

TRY_AGAIN = Message(
    text=(
        "Redis does not answer, so nothing could be recorded and nothing was changed. "
        "Try again in a moment; if it stays like this, look at the Redis that `sr` uses."
    )
)


def register(app: AsyncApp, settings: Settings, mailbox: Mailbox) -> None:
    """Attach all listeners to a Bolt app."""
    ears = Ears(settings, mailbox)
    app.command("/sr")(ears.on_command)
    for action_id in buttons.DECISIONS:
        app.action(action_id)(ears.on_decision)
    app.action(buttons.REJECT)(ears.on_reject)
    app.view(buttons.REJECT_FORM)(ears.on_reject_form)
