"""Follow-ups: what others paste elsewhere after nodes came or went, with a button for whoever has done it."""

from bot.blocks import buttons
from bot.blocks.layout import Block, context, mention, paragraph, preformatted, rich, section, when, words
from bot.blocks.phrases import title_of
from bot.escape import clip, clip_escaped, mrkdwn
from bot.limits import fitted
from bot.message import Message
from policies.operation import DecisionKind, Operation

LONGEST_SNIPPET = 2_000


def follow_ups_message(operation: Operation) -> Message | None:
    """The reply with the snippets: open with its button, or with who did it; None when there are none."""
    told = operation.follow_ups
    if told is None:
        return None
    done = told.done_by is not None and told.done_at is not None
    snippets: list[Block] = [
        rich(paragraph(*words(snippet.title, bold=True)), preformatted(clip(snippet.text, LONGEST_SNIPPET)))
        for snippet in told.snippets
    ]
    said = section("📎 *Follow-ups*: what monitoring and proxies have to learn. Whoever has done it signs below.")
    end = buttons.actions(_button(operation), name="follow-ups")
    if done:
        said, end = section("📎 *Follow-ups*: done."), context(f"✅ {done_words(operation)}")
    text = f"📎 {mrkdwn(clip(title_of(operation), 150))}: follow-ups{', done' if done else ''}."
    return fitted(Message(text=clip_escaped(text, 300), blocks=(said, *snippets, end)))


def done_words(operation: Operation) -> str:
    """For the card and the reply; empty where there is nothing to follow up."""
    told = operation.follow_ups
    if told is None:
        return ""
    if told.done_by is None or told.done_at is None:
        return "Follow-ups: not signed yet, see the thread"
    return f"Follow-ups done by {mention(told.done_by)} {when(told.done_at)}"


def _button(operation: Operation) -> dict[str, object]:
    question = buttons.confirm(
        "Are they done?", "The new nodes are watched and served, the old ones are not any more. The audit keeps your name.", "Sign"
    )
    return buttons.button(operation, DecisionKind.FOLLOW_UP, "Done: sign", confirm=question)
