"""Materialized views could be read, the account sees some, and it may change them.

information_schema leaves out views without a right silently, and ALTER … ACTIVE needs ALTER on the view (fe:
catalog/system/information/MaterializedViewsSystemTable.java; docs: ALTER_MATERIALIZED_VIEW). db_admin holds it.
"""

from policies.address import Address
from policies.cluster import ClusterState
from policies.plan import Finding, Verdict

NAME = "views"
PART = "materialized views"
"""How a look names this part when it could not be read."""


def views_seen(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    account = state.privileges.account if state.privileges else "the bot's account"
    if state.views is None:
        why = state.unread.get(PART, "this look did not ask for them")
        return [_finding(Verdict.BLOCK, f"The materialized views could not be read: {why}", "Try again in a moment.")]
    if not state.views.seen:
        words = "The bot's account sees no asynchronous materialized view: there is none, or it has no right on any."
        return [_finding(Verdict.BLOCK, words, f"GRANT ALTER ON ALL MATERIALIZED VIEWS IN ALL DATABASES TO USER {account}")]
    if state.privileges is None or not state.privileges.alters_views:
        words = "Whether the account may ALTER every materialized view could not be proven; a refusal stops the operation."
        advice = f"GRANT ALTER ON ALL MATERIALIZED VIEWS IN ALL DATABASES TO USER {account}; or give it the role db_admin."
        return [_finding(Verdict.WARN, words, advice)]
    return [_finding(Verdict.OK, f"The account sees {len(state.views.seen)} views and may alter them.")]


def _finding(verdict: Verdict, sentence: str, advice: str = "") -> Finding:
    return Finding(check=NAME, verdict=verdict, sentence=sentence, advice=advice)
