"""Who has the cluster lock, as far as a message needs to know."""

from typing import Protocol


class Holder(Protocol):
    """The holder of a cluster lock; bot.queue.Holder is one. `since` is in seconds since the epoch, 0 when unknown."""

    @property
    def operation(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def since(self) -> float: ...
