"""Trouble between client and frontend: statements that are slow, or whose connection breaks before or after."""

from dataclasses import dataclass


@dataclass
class Cut:
    """Breaks the connection at the next `times` statements that contain `matching`, whatever the case."""

    matching: str
    after: bool
    times: int


class Interference:
    """What to do to statements on their way. Delays are real milliseconds, which only a server keeps."""

    def __init__(self) -> None:
        self.cuts: list[Cut] = []
        self.slow_ms = 0.0
        self.slow_matching = ""

    def delay_s(self, sql: str) -> float:
        """Real seconds to wait before the statement is looked at."""
        return self.slow_ms / 1000 if _contains(sql, self.slow_matching) else 0.0

    def cuts_before(self, sql: str) -> bool:
        """Is the connection to break now, before the statement takes effect? Uses up one time."""
        return self._take(sql, after=False)

    def cuts_after(self, sql: str) -> bool:
        """Is the connection to break now, after the statement took effect? Uses up one time."""
        return self._take(sql, after=True)

    def _take(self, sql: str, *, after: bool) -> bool:
        for cut in self.cuts:
            if cut.after is after and _contains(sql, cut.matching):
                cut.times -= 1
                if cut.times <= 0:
                    self.cuts.remove(cut)
                return True
        return False


def _contains(sql: str, matching: str) -> bool:
    return " ".join(matching.lower().split()) in " ".join(sql.lower().split())
