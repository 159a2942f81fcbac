"""Why a node that was added does not come up: the frontend's words (column ErrMsg) and what they mean for a person.

Texts: be: agent/heartbeat_server.cpp; fe: system/HeartbeatMgr.java, leader/..., compared without case. The first that
occurs in the message counts.
"""

from policies.record import Record


class HeartbeatError(Record):
    """A text that ErrMsg contains, its meaning, and what to do."""

    text: str
    meaning: str
    advice: str


WRONG_CLUSTER = "its disks carry the id of another cluster"
HEARTBEAT_ERRORS: tuple[HeartbeatError, ...] = (
    HeartbeatError(
        text="unmatched cluster id",
        meaning=WRONG_CLUSTER,
        advice="Check that it is the right host; if so, empty its storage paths (cluster_id lies there) and start it again.",
    ),
    HeartbeatError(
        text="invalid cluster id",
        meaning="its metadata directory belongs to another cluster, or to an earlier life of this one",
        advice="Empty its meta_dir and start it once with --helper.",
    ),
    HeartbeatError(
        text="unmatched token",
        meaning="it carries the token of another cluster",
        advice="Empty its storage paths and start it again.",
    ),
    HeartbeatError(
        text="not match backend address",
        meaning="the process found another IP of its own than the one that was added",
        advice="Set priority_networks in its conf so that it finds this address, and restart it.",
    ),
    HeartbeatError(
        text="unmatched backend ip",
        meaning="the process found another IP of its own than the one that was added",
        advice="Set priority_networks in its conf so that it finds this address, and restart it.",
    ),
    HeartbeatError(
        text="localhost ip",
        meaning="the frontend speaks from a loopback address",
        advice="Set priority_networks of the frontends.",
    ),
    HeartbeatError(
        text="expect to be be but actually cn",
        meaning="a compute node runs there, not a backend",
        advice="Start it with start_be.sh, or add it as a compute node instead.",
    ),
    HeartbeatError(
        text="expect to be cn but actually be",
        meaning="a backend runs there, not a compute node",
        advice="Start it with start_cn.sh, or add it as a backend instead.",
    ),
    HeartbeatError(text="shutting down", meaning="it is shutting down", advice="Start it again when it has ended."),
    HeartbeatError(
        text="not compiled with shared_data",
        meaning="its binary does not support shared data",
        advice="Install the package of this version that does.",
    ),
    HeartbeatError(text="not ready", meaning="it is still loading its metadata", advice="Wait; its fe.log shows how far it is."),
    HeartbeatError(
        text="refused",
        meaning="nothing listens there",
        advice="Start the process; if it runs, compare its port with the one that was added.",
    ),
    HeartbeatError(
        text="timed out",
        meaning="the host or its port cannot be reached from the leader",
        advice="Check the firewall between the leader and this host.",
    ),
)


def explained(error: str) -> HeartbeatError | None:
    """What a node's ErrMsg means; None when the text is not known."""
    lowered = error.casefold()
    return next((known for known in HEARTBEAT_ERRORS if known.text in lowered), None)


def in_words(error: str) -> str:
    """`: nothing listens there (Connection refused). Start the process; …`, or empty when there is no error."""
    if not error:
        return ""
    known = explained(error)
    return f": {known.meaning} (“{error}”). {known.advice}" if known else f": “{error}”."
