"""Where a command is typed: which clusters there are, and the one the channel is bound to."""

from dataclasses import dataclass

from bot.commands import mistakes
from bot.commands.records import Mistake
from bot.suggestions import closest


@dataclass(frozen=True)
class Place:
    """The clusters by name, and the channel's own cluster, if it has one."""

    clusters: tuple[str, ...]
    channel_cluster: str | None

    def find(self, name: str) -> str | None:
        return next((cluster for cluster in self.clusters if cluster.casefold() == name.casefold()), None)

    @property
    def usual(self) -> str | None:
        """The cluster that is meant when none is named."""
        if self.channel_cluster in self.clusters:
            return self.channel_cluster
        return self.clusters[0] if len(self.clusters) == 1 else None

    @property
    def guess(self) -> str:
        """A cluster to write into a suggested command."""
        return self.usual or (self.clusters[0] if self.clusters else "CLUSTER")

    def resolve(self, name: str | None, following: str, example: str = "") -> str | Mistake:
        """The cluster of a command. `following` is the command to suggest, with `{cluster}` where its name goes.

        `example` stands there when nothing points to one cluster: what changes a cluster must not guess which.
        """
        example = example or self.guess
        if name is None:
            return self.usual or mistakes.which_cluster(
                self.clusters, following.replace("{cluster}", example)
            )
        found = self.find(name)
        if found is not None:
            return found
        near = closest(name, self.clusters)
        following = following.replace("{cluster}", near or example)
        return mistakes.unknown_cluster(name, self.clusters, near, following)
