"""What a step waits to see of a node's conf file, as data. policies.conditions.confs reads it from a closer look at the host."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from policies.address import Address
from policies.cluster import NodeKind
from policies.record import Record


class ConfSeen(StrEnum):
    """FILE: what the file says. RESTARTED: the node is up again since `before`, and its process began after the file was
    changed. AS_BEFORE: the node is up, and its process is the one of `before` or began after the file was changed.
    """

    FILE = "file"
    RESTARTED = "restarted"
    AS_BEFORE = "as_before"


class ConfIs(Record):
    """The node's conf file gives `key` this value; `default` counts where the file does not set it. `heap` is the -Xmx
    that a restarted JVM must have been started with, empty where nothing of it can be seen.
    """

    kind: Literal["conf_is"] = "conf_is"
    role: NodeKind
    address: Address
    version: str
    key: str
    value: str
    default: str = ""
    heap: str = ""
    seen: ConfSeen
    before: datetime | None = None
