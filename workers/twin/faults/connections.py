"""Faults of connections."""

from typing import TYPE_CHECKING

from workers.twin.faults.nodes import frontend_at
from workers.twin.faults.wire import Cut

if TYPE_CHECKING:
    from workers.twin.twin import Twin


def cut_connections(twin: "Twin", fe: str | None, user: str | None) -> None:
    wanted = frontend_at(twin, fe) if fe is not None else None
    for session in list(twin.sessions.values()):
        if wanted in (None, session.frontend) and user in (None, session.account.name):
            session.cut()
            twin.sessions.pop(session.id, None)


def refuse_connections(twin: "Twin", seconds: float, fe: str | None) -> None:
    """New ones only; open ones go on."""
    chosen = [frontend_at(twin, fe)] if fe is not None else twin.cluster.frontends
    for frontend in chosen:
        frontend.refuses_until = twin.now + seconds


def slow_statements(twin: "Twin", ms: float, matching: str) -> None:
    twin.interference.slow_ms, twin.interference.slow_matching = max(0.0, ms), matching


def statement_timeout(twin: "Twin", matching: str, times: int) -> None:
    twin.interference.cuts.append(Cut(matching, after=True, times=times))


def cut_before(twin: "Twin", matching: str, times: int) -> None:
    twin.interference.cuts.append(Cut(matching, after=False, times=times))
