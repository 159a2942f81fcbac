"""Words shared by cards, replies and answers: one emoji and one word for each state, titles, counts."""

from bot.commands.mistakes import quoted
from bot.escape import plain
from policies.operation import Operation, OperationState
from policies.plan import Estimate, Plan
from policies.units import in_list, in_odds, in_time

S = OperationState

STATE_WORDS: dict[OperationState, tuple[str, str]] = {
    S.DRAFTING: ("📝", "Making the plan"),
    S.REFUSED: ("⛔", "Refused"),
    S.AWAITING_APPROVAL: ("⏳", "Waiting for approval"),
    S.REJECTED: ("🚫", "Rejected"),
    S.EXPIRED: ("⌛", "Expired"),
    S.CANCELLED: ("🗑️", "Taken back"),
    S.QUEUED: ("🚦", "Approved, waiting for the cluster"),
    S.RUNNING: ("▶️", "Running"),
    S.PAUSED: ("⏸️", "Paused"),
    S.HALTED: ("🛑", "Stopped, a person must decide"),
    S.UNDOING: ("↩️", "Undoing"),
    S.UNDONE: ("↩️", "Undone"),
    S.CLOSED: ("⏹️", "Closed"),
    S.DONE: ("✅", "Done"),
}


def state_words(state: OperationState) -> str:
    emoji, word = STATE_WORDS[state]
    return f"{emoji} *{word}*"


def title_of(operation: Operation, plan: Plan | None = None) -> str:
    """The title with its cluster, as plain text; before there is a plan, the request in words."""
    title = operation.title or (plan.title if plan else "")
    request = operation.request
    if not title:
        verb, _, role = request.kind.value.partition("-")
        title = (
            f"{verb.capitalize()} {role.upper()} {in_list([str(target) for target in request.targets], 3)}"
        )
    return on_cluster(plain(title), request.cluster)


def on_cluster(title: str, cluster: str) -> str:
    return title if title.endswith(f" on {cluster}") else f"{title} on {cluster}"


def verb_of(operation: Operation) -> str:
    """`decommission`, for button labels; nobody understands `Pause pause`."""
    verb = operation.request.kind.value.partition("-")[0]
    return "operation" if verb in {"pause", "resume"} else verb


def typed_words(plan: Plan) -> str:
    """The command that asks for this plan in earnest, without the leading `/sr`."""
    reason = f" reason={quoted(plan.reason)}" if plan.reason else ""
    command = plan.command or f"{plan.kind.value.replace('-', ' ')} {' '.join(str(target) for target in plan.targets)}"
    return f"{command} on {plan.cluster}{reason}"


def estimate_words(estimate: Estimate) -> str:
    """`about 2 h 10 min; 9 in 10 end within 2 h 50 min (why)`, `2 h to 5 h (why)`, or `unknown: why`."""
    reason = plain(estimate.reason).rstrip(".")
    if estimate.low_s is None or estimate.high_s is None:
        return f"unknown: {reason}" if reason else "unknown"
    span = span_words(estimate.low_s, estimate.high_s, measured=estimate.drains > 0)
    return f"{span} ({reason})" if reason else span


def span_words(low_s: float, high_s: float, *, measured: bool) -> str:
    """Odds only where they were measured; otherwise a range."""
    if measured:
        return in_odds(low_s, high_s)
    low, high = in_time(low_s), in_time(high_s)
    return low if low == high else f"{low} to {high}"


def plural(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
