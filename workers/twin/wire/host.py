"""Keeps a twin in step with real time; what the listeners and the control API share."""

from collections.abc import Awaitable, Callable

from workers.twin.pace import Pace
from workers.twin.twin import Twin


class TwinHost:
    """One twin that clients talk to. It moves only when somebody looks: no timer runs while nobody does."""

    def __init__(self, scenario: str, *, speed: float, seed: int = 7, columns: str = "3.3.3") -> None:
        self.seed = seed
        self.columns = columns
        self.twin = Twin(scenario, seed=seed, columns=columns)
        self.pace = Pace(speed)
        self.on_membership: Callable[[], Awaitable[None]] | None = None
        """Opens listeners for frontends that joined."""

    def catch_up(self) -> None:
        """Bring the model to now."""
        behind = self.pace.target() - self.twin.now
        if behind > 0:
            self.twin.advance(behind)

    def advance(self, seconds: float) -> None:
        self.catch_up()
        self.twin.advance(seconds)
        self.pace.set_time(self.twin.now)

    def reset(self, scenario: str) -> None:
        """Start over, with another cluster or the same; open connections break. ValueError on an unknown name."""
        fresh = Twin(scenario, seed=self.seed, columns=self.columns)
        for session in list(self.twin.sessions.values()):
            session.cut()
        self.twin = fresh
        self.pace.set_time(0.0)

    async def membership_may_have_changed(self) -> None:
        if self.on_membership is not None:
            await self.on_membership()
