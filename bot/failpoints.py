"""Named places at which a process can be made to die, for tests of crashes.

`SR_FAIL="after_send:1,before_acted_commit:2"` kills the process (SIGKILL) on the first pass of the one and the second
pass of the other. Without the variable a failpoint costs one dictionary look-up.
"""

import os
import signal

_LEFT: dict[str, int] = {
    name: int(count or 1)
    for name, _, count in (item.partition(":") for item in os.environ.get("SR_FAIL", "").split(",") if item)
}


def failpoint(name: str) -> None:
    """Die here if this pass was ordered by SR_FAIL."""
    if name not in _LEFT:
        return
    _LEFT[name] -= 1
    if _LEFT[name] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
