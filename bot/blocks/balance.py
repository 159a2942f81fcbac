"""What the balancer does now: where the tablets are, what is scheduled, which settings hold it, and what waits."""

from bot.blocks.layout import Block, bullets, clock, context, fields, header, paragraph, preformatted, rich, section, words
from bot.blocks.tables import backends_text
from bot.escape import mrkdwn
from bot.limits import fitted
from bot.message import Message
from policies.cluster import ClusterState, ColocateGroup
from policies.tunable import TUNABLES, shown_name
from policies.units import in_count, in_list

_MOST_EXAMPLES = 5


def balance_message(state: ClusterState) -> Message:
    """For the asker alone; nothing is changed by asking."""
    going = scheduler_words(state)
    unstable = [group for group in state.colocate_groups or () if not group.stable]
    blocks: list[Block] = [
        header(f"Balance of {state.cluster}"),
        section(f"{mrkdwn(going)} · looked at {clock(state.taken_at)}"),
        fields(_setting_fields(state)),
        rich(preformatted(backends_text(state.backends))),
        *_waiting(state),
        *_colocate(unstable),
        context("`/sr tune slots=16 for=2h` lends another value; the old one comes back by itself."),
    ]
    return fitted(Message(text=f"Balance of {state.cluster}: {going}", blocks=tuple(blocks)))


def scheduler_words(state: ClusterState) -> str:
    """What the tablet scheduler has in hand, as a sentence."""
    if state.scheduler is None:
        return "The tablet scheduler could not be read"
    if not state.scheduler.pending and not state.scheduler.running:
        return "The tablet scheduler has nothing to do"
    return f"{in_count(state.scheduler.running)} tablets are being moved, {in_count(state.scheduler.pending)} wait"


def _setting_fields(state: ClusterState) -> list[tuple[str, str]]:
    shown = []
    for one in TUNABLES:
        value = state.settings.get(shown_name(state.settings, one.setting))
        word = "unknown" if value is None else {"false": "on", "true": "off"}.get(value, value) if one.is_switch else value
        usual = "" if value in {None, one.setting.default} else " (not the default)"
        shown.append((one.option, mrkdwn(f"{word}{usual}")))
    return shown


def _waiting(state: ClusterState) -> list[Block]:
    """Why tablets wait, in the scheduler's own words."""
    examples = state.scheduler.examples if state.scheduler else ()
    items = [words(f"{tablet.tablet_id}: {tablet.message}") for tablet in examples if tablet.message][:_MOST_EXAMPLES]
    return [rich(paragraph(*words("Why tablets wait", bold=True)), bullets(items))] if items else []


def _colocate(unstable: list[ColocateGroup]) -> list[Block]:
    if not unstable:
        return []
    names = in_list([group.name for group in unstable])
    return [section(mrkdwn(f"Colocate groups that are being moved: {names}; their joins shuffle until they are stable."))]
