"""What could not be read is unknown, never fine.

Without replication numbers, settings and disks nobody can say that a drain is safe, so these block; without the rest
a person can still decide.
"""

from policies.address import Address
from policies.cluster import ClusterState, RunMode
from policies.plan import Finding, Verdict
from policies.units import in_list

NAME = "unread"
ESSENTIAL = frozenset({"backends", "replication", "settings", "disks"})
IN_OBJECT_STORAGE = frozenset({"backends", "settings"})
"""What stays essential when no data has to move."""
OF_DATABASES = frozenset({"alter_jobs", "transactions"})
"""Not even tried when the databases could not be listed, and that is said already."""


def unread(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    essential = IN_OBJECT_STORAGE if state.run_mode is RunMode.SHARED_DATA else ESSENTIAL
    findings = [_unknown(f"{_words(part)} could not be read ({why}).", part in essential) for part, why in state.unread.items()]
    absent = [part for part in _absent(state) if part not in state.unread]
    if "databases" in state.unread:
        absent = [part for part in absent if part not in OF_DATABASES]
    if absent:
        said = in_list([_words(part) for part in absent], limit=len(absent))
        findings.append(_unknown(f"{said} {'was' if len(absent) == 1 else 'were'} not read.", bool(essential & set(absent))))
    return findings


def _absent(state: ClusterState) -> list[str]:
    """Parts that are not there although a plan is judged on them."""
    parts: dict[str, object] = {"backends": state.backends or None, "settings": state.settings or None}
    parts |= {"health": state.health, "privileges": state.privileges}
    if state.run_mode is RunMode.SHARED_NOTHING:
        parts |= {
            "replication": state.replication,
            "one_replica": state.one_replica,
            "colocate_groups": state.colocate_groups,
            "alter_jobs": state.alter_jobs,
            "transactions": state.transactions,
            "recycle_bin": state.recycle_bin,
        }
    return [name for name, part in parts.items() if part is None]


def _words(part: str) -> str:
    return part.replace("_", " ")


def _unknown(sentence: str, essential: bool) -> Finding:
    return Finding(
        check=NAME,
        verdict=Verdict.BLOCK if essential else Verdict.WARN,
        sentence=f"Unknown: {sentence}",
        advice="Check the rights of the bot's account, then ask again." if essential else "",
    )
