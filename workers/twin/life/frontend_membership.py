"""ADD and DROP of followers and observers (fe: server/NodeMgr.java). The FE guards neither quorum nor liveness."""

from workers.twin.answers import refused
from workers.twin.life.heartbeats import Heartbeats
from workers.twin.model.cluster import Cluster
from workers.twin.model.nodes import Frontend

JOIN_S = 30.0  # invented: a new frontend, started with --helper, has copied the image and joined


class FrontendMembership:
    """The list of frontends. A dropped one does not exit: it stays reachable and answers with stale knowledge."""

    def __init__(self, cluster: Cluster, heartbeats: Heartbeats) -> None:
        self._cluster = cluster
        self._heartbeats = heartbeats

    def add(self, kind: str, address: str) -> list[str]:
        """Listed at once as not alive; joins when its process runs, which it does unless the host's is absent."""
        host, port = address.rsplit(":", 1)
        if any(f.host == host for f in self._cluster.frontends):
            raise refused(f"FE with the same host: {host} already exists")
        stamp = int((self._cluster.epoch + self._cluster.now) * 1000)
        frontend = Frontend(
            f"{host}_{port}_{stamp}", host, self._cluster.version.release, kind=kind, edit_log_port=int(port),
            process_up=False, alive=False, joined=False, helper=False,
        )  # fmt: skip
        self._cluster.frontends.append(frontend)
        if host not in self._cluster.absent_processes:
            self._cluster.agenda.after(JOIN_S, lambda: self._join(frontend))
        return [f"{kind.lower()} {address} added"]

    def drop(self, kind: str, address: str) -> list[str]:
        frontend = next((f for f in self._cluster.frontends if f.address == address), None)
        if frontend is None:
            raise refused(f"frontend does not exist[{address}]")
        if frontend.kind != kind:
            raise refused(f"{kind} does not exist[{address}]")
        if frontend is self._cluster.leader:
            raise refused("can not drop current master node.")
        self._cluster.frontends.remove(frontend)
        frontend.dropped, frontend.alive = True, False
        self._cluster.zombies.append(frontend)
        return [f"{kind.lower()} {address} dropped"]

    def _join(self, frontend: Frontend) -> None:
        if frontend in self._cluster.frontends and not frontend.process_up:
            self._heartbeats.start_frontend(frontend)
