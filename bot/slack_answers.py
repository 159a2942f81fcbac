"""What Slack's answer to a call means: taken, not now, or never."""

from slack_sdk.errors import SlackApiError


class NotNow(Exception):
    """Slack did not take it; try again after `delay_s`. `unknown`: it may have taken it all the same."""

    def __init__(self, why: str, delay_s: float, *, unknown: bool) -> None:
        super().__init__(why)
        self.delay_s = delay_s
        self.unknown = unknown


class Rejected(Exception):
    """Slack said no, and would say no again; `error` is Slack's word."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def classified(error: SlackApiError) -> NotNow | Rejected:
    """The same in our words."""
    response = error.response
    status = getattr(response, "status_code", 0)
    if status == 429:
        wait = float(response.headers.get("Retry-After", 1))
        return NotNow("Slack limits the rate", max(wait, 0.1), unknown=False)
    word = str(response.get("error", "")) if hasattr(response, "get") else ""
    if status >= 500 or word in {"internal_error", "fatal_error", "service_unavailable", ""}:
        return NotNow(f"Slack answers {status} {word}".strip(), 0.0, unknown=True)
    if word == "ratelimited":
        return NotNow("Slack limits the rate", 1.0, unknown=False)
    return Rejected(word)
