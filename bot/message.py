"""What is sent to Slack: a full sentence for notifications, search and screen readers, and the blocks that people see."""

from policies.record import Record


class Message(Record):
    """`text` is escaped mrkdwn and stands alone; `blocks` are Block Kit blocks as plain data."""

    text: str
    blocks: tuple[dict[str, object], ...] = ()
