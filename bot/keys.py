"""Every key in Redis, in one place. All share one hash tag, so that they could live in one slot of a cluster."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Keys:
    """Names below a prefix such as `{sr}:`."""

    prefix: str

    @property
    def due(self) -> str:
        """Sorted set: every live operation, scored by the server time at which it may next be touched; one that is over is in it
        only until what was said about its follow-ups is heard.
        """
        return f"{self.prefix}due"

    @property
    def recent(self) -> str:
        """Sorted set: ended operations, scored by the time they ended."""
        return f"{self.prefix}recent"

    @property
    def tokens(self) -> str:
        """Sorted set: tokens of decisions that were recorded, scored by time, to recognise repeats."""
        return f"{self.prefix}tokens"

    @property
    def outbox_ready(self) -> str:
        """Sorted set: conversations with something to send, scored by the time of the next try."""
        return f"{self.prefix}outbox-ready"

    @property
    def claims(self) -> str:
        """Hash: the operations in somebody's hands, each with the fence and the mark of the process (bot.aliveness)."""
        return f"{self.prefix}claims"

    @property
    def bell(self) -> str:
        """Channel: a commit says that something may be due earlier than the clock thinks. Nothing rests on its being heard."""
        return f"{self.prefix}bell"

    @property
    def audit(self) -> str:
        return f"{self.prefix}audit"

    def operation(self, operation: str) -> str:
        return f"{self.prefix}op:{operation}"

    def plan(self, operation: str, revision: int) -> str:
        return f"{self.prefix}plan:{operation}:{revision}"

    def inbox(self, operation: str) -> str:
        return f"{self.prefix}inbox:{operation}"

    def outbox(self, conversation: str) -> str:
        return f"{self.prefix}outbox:{conversation}"

    def told(self, conversation: str) -> str:
        """Hash: what the notifier has said in a conversation and where (channel, ts, shown seq, sending)."""
        return f"{self.prefix}told:{conversation}"

    def lock(self, cluster: str) -> str:
        return f"{self.prefix}lock:{cluster}"

    def waiters(self, cluster: str) -> str:
        return f"{self.prefix}waiters:{cluster}"

    def observation(self, cluster: str, depth: str) -> str:
        return f"{self.prefix}observation:{cluster}:{depth}"

    def drains(self, cluster: str) -> str:
        """List: measured drains of a cluster, newest first, for estimates."""
        return f"{self.prefix}drains:{cluster}"

    def members(self, cluster: str) -> str:
        """The nodes of a cluster as they were last seen, for the time when no frontend answers."""
        return f"{self.prefix}members:{cluster}"

    def series(self, operation: str) -> str:
        """List: what a drain looked like at each look, for its picture; thinned, and gone once it is drawn."""
        return f"{self.prefix}series:{operation}"

    def picture(self, operation: str) -> str:
        """The picture of an operation, drawn by a worker for the notifier; gone once it is posted."""
        return f"{self.prefix}picture:{operation}"
