"""What could not be read is unknown, never fine."""

from policies.address import Address
from policies.cluster import ClusterState, RunMode
from policies.plan import Finding, Verdict

NAME = "unread"
ESSENTIAL = frozenset({"replication", "settings"})
"""Without these nobody can say that a drain is safe."""


def unread(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    essential = ESSENTIAL if state.run_mode is RunMode.SHARED_NOTHING else frozenset({"settings"})
    return [
        Finding(
            check=NAME,
            verdict=Verdict.BLOCK if part in essential else Verdict.WARN,
            sentence=f"Unknown: {part.replace('_', ' ')} could not be read ({reason}).",
            advice="Check the rights of the bot's account, then ask again." if part in essential else "",
        )
        for part, reason in state.unread.items()
    ]
