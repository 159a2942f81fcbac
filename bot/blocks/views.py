"""Materialized views of a cluster: active or why not, their last refresh, and how many stand on them."""

from bot.blocks.layout import Block, bullets, clock, columns, context, header, narrow, paragraph, preformatted, rich, section, words
from bot.blocks.phrases import plural
from bot.escape import clip, mrkdwn
from bot.limits import fitted
from bot.message import Message
from policies.checks.views_seen import PART
from policies.cluster import ClusterState
from policies.view_refresh import refresh_storm_on_leader_restart
from policies.views import View, Views

MOST_VIEWS, MOST_REASONS, MOST_LONG = 60, 8, 20
_NAME = 26


def views_message(state: ClusterState) -> Message:
    """For the asker alone; nothing is changed by asking."""
    if state.views is None:
        why = state.unread.get(PART, "this look did not ask for them")
        return _message(f"Materialized views of {state.cluster} could not be read: {why}", [])
    views = state.views
    asleep = [view for view in views.seen if not view.active]
    said = f"{plural(len(views.seen), 'asynchronous materialized view')}, {len(asleep)} inactive"
    blocks = [
        *([rich(preformatted(views_text(views)))] if views.seen else [_none_seen()]),
        *_in_full(views),
        *_reasons(asleep, views),
        *_storm(state.version),
        context(*_notes(views), f"Looked at {clock(state.taken_at)}"),
    ]
    return _message(f"{state.cluster}: {said}.", [header(f"Materialized views of {state.cluster}"), *blocks])


def views_text(views: Views) -> str:
    """Inactive ones first; `over` counts what stands on a view, `?` where the version does not tell."""
    rows = [("view", "state", "refresh", "last", "over")]
    ordered = sorted(views.seen, key=lambda view: (view.active, view.full_name))
    rows += [
        (
            narrow(view.full_name, _NAME),
            "up" if view.active else "OFF",
            view.refresh.lower(),
            view.last_state.lower() or "never",
            "?" if views.stands_on is None else str(len(views.over(view))),
        )
        for view in ordered[:MOST_VIEWS]
    ]
    more = len(ordered) - MOST_VIEWS
    return columns(rows, right=frozenset({4})) + (f"\n…and {more} more" if more > 0 else "")


def _storm(version: str) -> list[Block]:
    """What a restart of the leader does on some versions, asked for or not."""
    if not refresh_storm_on_leader_restart(version):
        return []
    said = f"On {mrkdwn(version)} every restart of the leading frontend refreshes all of these completely (StarRocks PR 76576)."
    return [section(f"⚠️ {said}")]


def _in_full(views: Views) -> list[Block]:
    """Names too long for the table, to be copied."""
    folded = [view.full_name for view in views.seen if len(view.full_name) > _NAME]
    if not folded:
        return []
    return [rich(paragraph(*words("Long names", bold=True)), preformatted("\n".join(folded[:MOST_LONG])))]


def _reasons(asleep: list[View], views: Views) -> list[Block]:
    """Why they are inactive, and when they were refreshed last, in the cluster's own words."""
    if not asleep or not views.reasons_told:
        return []
    items = [words(f"{view.full_name}: {clip(view.reason or 'no reason told', 200)}") for view in asleep[:MOST_REASONS]]
    if len(asleep) > MOST_REASONS:
        items.append(words(f"…and {len(asleep) - MOST_REASONS} more"))
    return [rich(paragraph(*words("Why inactive", bold=True)), bullets(items))]


def _none_seen() -> Block:
    return section("No asynchronous materialized view is visible: there is none, or the bot's account has no right on any.")


def _notes(views: Views) -> list[str]:
    notes = ["`/sr pause views DB` and `/sr resume views DB` take names as they stand here, `DB.VIEW` or `all`."]
    failed = [view for view in views.seen if view.last_state == "FAILED"]
    if failed:
        shown = "; ".join(f"{view.full_name} ({view.last_started}): {clip(view.last_error, 150)}" for view in failed[:3])
        notes.insert(0, f"Last refresh failed: {mrkdwn(shown)}")
    newest = max((view.last_started for view in views.seen), default="")
    if newest:
        notes.append(f"The latest refresh began at {mrkdwn(newest)}, as the cluster prints it.")
    if views.rollups:
        notes.append(f"{plural(views.rollups, 'synchronous view')} (rollups) live inside their tables and are not listed.")
    if not views.reasons_told:
        notes.append("This version does not say why a view is inactive.")
    if views.stands_on is None:
        notes.append("Which view stands on which is not told by this version, or could not be read.")
    return notes


def _message(text: str, blocks: list[Block]) -> Message:
    return fitted(Message(text=clip(text, 240), blocks=tuple(blocks or [section(mrkdwn(clip(text, 1_000)))])))
