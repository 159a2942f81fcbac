"""How simulated time follows real time: not at all (virtual), or scaled."""

from collections.abc import Callable
from time import monotonic


class Pace:
    """`target()` is where simulated time should stand now. Factor 0 is a pause: only an explicit advance moves it."""

    def __init__(self, factor: float = 0.0, *, real_clock: Callable[[], float] = monotonic) -> None:
        self._clock = real_clock
        self._factor = factor
        self._anchor_real = real_clock()
        self._anchor_sim = 0.0

    @property
    def factor(self) -> float:
        return self._factor

    def target(self) -> float:
        return self._anchor_sim + (self._clock() - self._anchor_real) * self._factor

    def set_factor(self, factor: float) -> None:
        if not 0 <= factor <= 1_000_000:
            raise ValueError(f"speed must be between 0 and 1,000,000, not {factor}")
        self.set_time(self.target())
        self._factor = factor

    def set_time(self, sim: float) -> None:
        """Simulated time was moved by hand to `sim`; go on from there."""
        self._anchor_real, self._anchor_sim = self._clock(), sim
