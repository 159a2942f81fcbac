"""Everything `sr` says, as Block Kit messages: pure functions from records to messages within Slack's limits."""

from bot.blocks.answers import (
    checks_message,
    dry_run_message,
    lock_message,
    nodes_message,
    ops_message,
    private_line,
    refusal_message,
    show_message,
    status_message,
)
from bot.blocks.balance import balance_message
from bot.blocks.buttons import decision_from_action, decision_from_submission, reject_modal
from bot.blocks.card import card
from bot.blocks.checklist import boxes_left, sign_modal
from bot.blocks.follow_ups import follow_ups_message
from bot.blocks.help import help_message, mistake_message
from bot.blocks.hosts import hosts_message
from bot.blocks.replies import reply
from bot.blocks.runbook import restoring_message
from bot.blocks.views import views_message

__all__ = [
    "balance_message", "boxes_left", "card", "checks_message", "decision_from_action", "decision_from_submission",
    "dry_run_message", "follow_ups_message", "help_message", "hosts_message", "lock_message", "mistake_message",
    "nodes_message", "ops_message", "private_line", "refusal_message", "reject_modal", "reply", "restoring_message",
    "show_message", "sign_modal", "status_message", "views_message",
]  # fmt: skip
