"""One copy of a tablet, and a place it may go to."""

from dataclasses import dataclass

from workers.twin.model.nodes import Backend
from workers.twin.model.placement import Cohort


@dataclass(eq=False, slots=True)
class Clone:
    """One copy under way, and its record afterwards."""

    tablet: int
    cohort: Cohort
    source: int
    dest: int
    size: int
    status: str
    priority: str
    started: float
    finish: float
    state: str = "RUNNING"
    message: str = ""


@dataclass(eq=False, slots=True)
class Target:
    """A possible destination during one pass."""

    backend: Backend
    avail: int
    total: int
    slots: int

    @property
    def free_slots(self) -> int:
        """Being a source takes slots of the same path."""
        return self.slots - self.backend.slots_taken

    @property
    def load(self) -> float:
        return 1 - self.avail / self.total if self.total else 1.0

    def fits(self, size: int, reserve: int, percent: int) -> bool:
        """Refused when both soft limits would be crossed (fe: clone/RootPathLoadStatistic.java isFit)."""
        left = self.avail - size
        if left < 0:
            return False
        return left >= reserve or (self.total - left) * 100 <= percent * self.total
