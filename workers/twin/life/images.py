"""Images of the metadata: asked for, written by the leader a while later, pushed to every frontend that runs.

The image goes up to the journal id of the moment it was asked for (fe: leader/CheckpointController.java). Not modelled: the
image that comes by itself every 50,000 entries, and a checkpoint that runs on a follower (3.4 and later).
"""

from workers.twin.model.cluster import Cluster
from workers.twin.model.nodes import Frontend

WRITE_S, PUSH_S = 20.0, 4.0
"""Seconds for this model's small metadata; a big cluster's take minutes."""
BEHIND = 20_000
"""Journal entries since the last image at the start, of the 50,000 after which one comes by itself."""


class Images:
    """The checkpoint thread of the leader."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.failing = False

    def begin(self) -> None:
        for frontend in self._cluster.frontends:
            frontend.image = self._cluster.journal() - BEHIND

    def create(self) -> None:
        """ALTER SYSTEM CREATE IMAGE: OK at once, the rest later or never."""
        upto = self._cluster.journal()
        self._cluster.agenda.after(WRITE_S, lambda: self._write(upto))

    def _write(self, upto: int) -> None:
        """A leader that was lost meanwhile takes the checkpoint with it."""
        leader = self._cluster.leader
        if self.failing or leader is None or not leader.process_up:
            return
        self._has(leader, upto)
        self._cluster.agenda.after(PUSH_S, lambda: self._push(upto))

    def _push(self, upto: int) -> None:
        for frontend in self._cluster.frontends:
            if frontend.process_up and frontend.ready:
                self._has(frontend, upto)

    def _has(self, frontend: Frontend, upto: int) -> None:
        if upto > frontend.image:
            frontend.image = upto
            for notify in self._cluster.image_written:
                notify(frontend)
