"""The decisions under a card: only those the operation takes now, at most one primary, danger where it undoes."""

from bot.blocks import buttons
from bot.blocks.layout import Block, Element
from bot.blocks.phrases import plural, title_of, verb_of
from bot.blocks.progress import gone_nodes, moved_words, step_in_hand
from bot.escape import clip
from policies.operation import DecisionKind, Operation, OperationState
from policies.plan import Plan
from policies.units import in_list

D = DecisionKind
_ELSEWHERE = {D.FOLLOW_UP}
"""Its button is below the snippets, in the thread."""


def choices(operation: Operation, plan: Plan | None) -> list[Block]:
    """One actions block, or nothing when there is nothing to decide."""
    kinds = [kind for kind in operation.choices() if kind not in _ELSEWHERE and (kind is not D.APPROVE or plan is not None)]
    elements = [_button(kind, operation, plan) for kind in kinds]
    return [buttons.actions(*elements)] if elements else []


def _button(kind: DecisionKind, operation: Operation, plan: Plan | None) -> Element:
    verb = verb_of(operation)
    match kind:
        case D.SIGN:
            return buttons.button(operation, kind, "Sign checklist…", style="primary")
        case D.APPROVE:
            question = _approve(operation, plan)
            style = "" if operation.unsigned else "primary"
            return buttons.button(operation, kind, f"Approve {verb}", style=style, confirm=question)
        case D.REJECT:
            return buttons.button(operation, kind, "Reject…")
        case D.CANCEL:
            return buttons.button(operation, kind, "Cancel request")
        case D.PAUSE:
            return buttons.button(operation, kind, f"Pause {verb}")
        case D.RESUME:
            return buttons.button(operation, kind, f"Resume {verb}", style="primary")
        case D.ABORT:
            return buttons.button(operation, kind, "Abort…", style="danger", confirm=_abort(operation, plan))
        case D.RETRY:
            return buttons.button(operation, kind, "Retry this step", style="primary")
        case D.SKIP:
            return buttons.button(operation, kind, "Skip this step", confirm=_skip(operation, plan))
        case D.CLOSE:
            return buttons.button(operation, kind, "Close operation", confirm=_close(operation))
        case D.FOLLOW_UP:
            return buttons.button(operation, kind, "Done: sign")


def _approve(operation: Operation, plan: Plan | None) -> Element:
    steps = plural(len(plan.steps), "step") if plan else "the plan"
    text = f"{title_of(operation, plan)}: {steps}, plan revision {operation.revision}. It starts when the votes are in."
    return buttons.confirm("Approve this plan?", text, "Approve", "Not yet")


def _abort(operation: Operation, plan: Plan | None) -> Element:
    if plan is not None and plan.about:
        return buttons.confirm("Abort this operation?", clip(plan.undo_words, 300), "Abort", "Keep going", danger=True)
    gone = gone_nodes(operation, plan)
    stays = f" Gone for good: {in_list(gone, 3)}." if gone else ""
    step = step_in_hand(operation, plan)
    undoable = "What can be undone for the node in hand is undone."
    undo = undoable if step and step.undo else "The step in hand has no undo."
    lent = " What was lent is given back." if operation.leased else ""
    text = clip(f"{undo}{lent} {moved_words(operation)}{stays}", 300)
    return buttons.confirm("Abort this operation?", text, "Abort", "Keep going", danger=True)


def _skip(operation: Operation, plan: Plan | None) -> Element:
    step = step_in_hand(operation, plan)
    title = clip(step.title, 150) if step else "this step"
    return buttons.confirm(
        "Skip this step?", f"It is left out for good: {title}. The audit keeps your name.", "Skip"
    )


def _close(operation: Operation) -> Element:
    lent = " What was lent is given back first." if operation.leased else ""
    half = " Its undo is left half done." if operation.halted_from == OperationState.UNDOING.value else ""
    text = f"The cluster stays exactly as it is now and is free for other operations.{half}{lent} This cannot be taken back."
    return buttons.confirm("Close this operation?", text, "Close")
