"""The bot's account may do what the plan needs, and sees all tables.

ALTER SYSTEM needs NODE, SHOW PROC needs OPERATE, and information_schema leaves out tables without a right silently
(fe: sql/analyzer/AuthorizerStmtVisitor.java; service/InformationSchemaDataSource.java).
"""

from policies.address import Address
from policies.cluster import ClusterState, RunMode
from policies.plan import Finding, Verdict

NAME = "privileges"
SEEN_ENOUGH = 0.9
"""Partitions come and go between two statements; below this share of what /statistic counts, tables are hidden from us."""


def privileges(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    findings = []
    if state.privileges and state.privileges.missing:
        for missing in state.privileges.missing:
            findings.append(_block(f"The bot's account lacks: {missing}.", "Grant it, then ask again."))
    findings += _hidden_tables(state)
    if not findings and state.privileges:
        roles = ", ".join(state.privileges.roles) or "none named"
        words = f"The account's roles ({roles}) allow node statements."
        findings.append(Finding(check=NAME, verdict=Verdict.OK, sentence=words))
    return findings


def _hidden_tables(state: ClusterState) -> list[Finding]:
    if state.run_mode is RunMode.SHARED_DATA or state.replication is None or state.health is None:
        return []
    seen, counted = sum(r.partitions for r in state.replication), state.health.partitions
    if seen >= SEEN_ENOUGH * counted:
        return []
    words = f"The bot's account sees {seen:,} of {counted:,} partitions: replica rules would be judged on a part."
    return [_block(words, "Give it SELECT on all tables in all databases as a default role, then ask again.")]


def _block(sentence: str, advice: str) -> Finding:
    return Finding(check=NAME, verdict=Verdict.BLOCK, sentence=sentence, advice=advice)
