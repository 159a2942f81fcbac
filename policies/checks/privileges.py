"""The bot's account may do what the plan needs, and sees all tables.

ALTER SYSTEM needs NODE, SHOW PROC needs OPERATE, and information_schema leaves out tables without a right silently
(fe: sql/analyzer/AuthorizerStmtVisitor.java; service/InformationSchemaDataSource.java).
"""

from policies.address import Address
from policies.cluster import ClusterState, RunMode
from policies.plan import Finding, Verdict
from policies.units import in_count

NAME = "privileges"
SEEN_ENOUGH = 0.9
"""Partitions come and go between two statements; below this share of what /statistic counts, tables are hidden from us."""
BY_TABLE = "replication by partition"
"""Named as unread where information_schema has no partitions_meta (before 3.1 or 3.2): tables were counted instead."""


def privileges(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """Rights, and whether all tables are visible: for what judges replicas."""
    hidden = _hidden_tables(state)
    return [f for f in rights(targets, state) if not hidden or f.verdict is Verdict.BLOCK] + hidden


def rights(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """Rights alone: for what moves no data."""
    missing = state.privileges.missing if state.privileges else ()
    findings = [_block(f"The bot's account lacks: {right}.", "Grant it, then ask again.") for right in missing]
    if not findings and state.privileges:
        roles = ", ".join(state.privileges.roles) or "none named"
        words = f"The account's roles ({roles}) allow node statements."
        findings.append(Finding(check=NAME, verdict=Verdict.OK, sentence=words))
    return findings


def _hidden_tables(state: ClusterState) -> list[Finding]:
    if state.run_mode is RunMode.SHARED_DATA or state.replication is None:
        return []
    seen = sum(count.partitions for count in state.replication)
    advice = "Give it SELECT on all tables in all databases as a default role, then ask again."
    if state.health is None:
        if seen:
            return []
        return [_block("No table is visible, and nothing else says whether there are any.", advice)]
    what, counted = ("tables", state.health.tables) if BY_TABLE in state.unread else ("partitions", state.health.partitions)
    if seen >= SEEN_ENOUGH * counted:
        return []
    words = f"The bot's account sees {in_count(seen)} of {in_count(counted)} {what}: replica rules would be judged on a part."
    return [_block(words, advice)]


def _block(sentence: str, advice: str) -> Finding:
    return Finding(check=NAME, verdict=Verdict.BLOCK, sentence=sentence, advice=advice)
