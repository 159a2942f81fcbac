"""ADD and DROP of followers and observers (fe: server/NodeMgr.java). The FE guards neither quorum nor liveness."""

from workers.twin.answers import refused
from workers.twin.life.election import Election
from workers.twin.life.heartbeats import Heartbeats
from workers.twin.model.cluster import Cluster
from workers.twin.model.hosts import REFUSED, Program
from workers.twin.model.nodes import Frontend

JOIN_S = 30.0  # invented: a new frontend, started with --helper, has copied the image and is ready
BEHIND = 24_000  # invented: journal entries since that image, which it replays while it already counts as alive


class FrontendMembership:
    """The list of frontends. A dropped one does not exit: it stays reachable and answers with stale knowledge."""

    def __init__(self, cluster: Cluster, heartbeats: Heartbeats, election: Election) -> None:
        self._cluster = cluster
        self._heartbeats = heartbeats
        self._election = election

    def add(self, kind: str, address: str) -> list[str]:
        """Listed at once as not alive; joins when its process runs, which it does unless its host says otherwise."""
        host, port = address.rsplit(":", 1)
        if any(f.host == host for f in self._cluster.frontends):
            raise refused(f"FE with the same host: {host} already exists")
        stamp = int((self._cluster.epoch + self._cluster.now) * 1000)
        frontend = Frontend(
            f"{host}_{port}_{stamp}", host, self._cluster.version.release, kind=kind, edit_log_port=int(port),
            process_up=False, ready=False, alive=False, joined=False, helper=False,
        )  # fmt: skip
        self._cluster.frontends.append(frontend)
        if any(z.host == host and z.process_up for z in self._cluster.zombies):
            # The process of the former member still holds the ports: heartbeats reach somebody who is not wanted.
            self._heartbeats.refuse_frontend(frontend, self._refusal(frontend))
        elif self._cluster.host(host).frontend.running:
            self.start(frontend)
        return [f"{kind.lower()} {address} added"]

    def drop(self, kind: str, address: str) -> list[str]:
        """A replicated write: who has no majority cannot even drop what took it away."""
        frontend = next((f for f in self._cluster.frontends if f.address == address), None)
        if frontend is None:
            raise refused(f"frontend does not exist[{address}]")
        if frontend.kind != kind:
            raise refused(f"{kind} does not exist[{address}]")
        if frontend is self._cluster.leader:
            raise refused("can not drop current master node.")
        self._cluster.frontends.remove(frontend)
        frontend.dropped, frontend.alive = True, False
        self._cluster.zombies = [z for z in self._cluster.zombies if z.host != frontend.host or z.process_up]
        if not any(z.host == frontend.host for z in self._cluster.zombies):
            self._cluster.zombies.append(frontend)
        if frontend.joined:
            self._cluster.host(frontend.host).frontend.stale_meta = True
        self._election.look()
        return [f"{kind.lower()} {address} dropped"]

    def start(self, frontend: Frontend) -> None:
        """The process starts: a member goes on, a new one joins, unless what is on its host keeps it out."""
        if frontend.process_up:
            return
        if frontend.joined or frontend.dropped:
            self._election.start(frontend)
            return
        for zombie in self._cluster.zombies:
            if zombie.host == frontend.host and zombie.process_up:
                self._heartbeats.stop_frontend(zombie)
        refusal = self._refusal(frontend)
        if refusal == REFUSED:
            # The process ends by itself soon after its start: nothing listens.
            frontend.error, frontend.last_start = REFUSED, self._cluster.now
            return
        self._heartbeats.join_frontend(frontend, image_s=JOIN_S, refusal=refusal, behind=BEHIND)

    def _refusal(self, frontend: Frontend) -> str:
        program = self._cluster.host(frontend.host).frontend
        if self._fails_to_start(program, frontend):
            return REFUSED
        if program.stale_meta or program.trouble in ("cluster_id", "token"):
            # Newer code does not tell which of the two it was (fe: http/rest/BootstrapFinishAction.java).
            newer = self._cluster.version.status_codes
            return "invalid parameter" if newer else f"invalid cluster id: {self._cluster.cluster_id}"
        return ""

    def _fails_to_start(self, program: Program, frontend: Frontend) -> bool:
        """Another port, a wrong helper, a clock apart, or a journal of another feature release (mission 000)."""
        if program.port and program.port != frontend.edit_log_port:
            return True
        if program.trouble == "clock" or (program.helper and not self._is_member(program.helper)):
            return True
        return bool(program.version) and feature(program.version) != feature(self._cluster.version.release)

    def _is_member(self, helper: str) -> bool:
        """The helper's edit log port it must be, not its rpc_port (docs: deployment/deploy_manually)."""
        return any(f.address == helper and f.process_up and f.joined for f in self._cluster.followers())


def feature(version: str) -> str:
    """`3.3.3-312ed45` -> `3.3`: releases of one feature version read each other's journal, as this model has it."""
    return ".".join(version.split(".")[:2])
