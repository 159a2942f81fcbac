"""Nodes that come and go: what ADD, DROP, DECOMMISSION and CANCEL check, do, and answer.

Texts and the order of checks: fe: system/SystemInfoService.java, alter/SystemHandler.java (checkDecommission),
server/NodeMgr.java. Each function returns what it changed, in words; an empty list means nothing changed.
"""

from workers.twin.answers import refused
from workers.twin.life.clones import CloneScheduler
from workers.twin.life.heartbeats import Heartbeats
from workers.twin.life.removals import Removals
from workers.twin.model.cluster import Cluster
from workers.twin.model.nodes import Backend, Disk

HANDLER_S = 10.0  # fe: alter_scheduler_interval_millisecond
NO_SPACE = "It will cause insufficient disk space if these BEs are decommissioned."


class BackendMembership:
    """The list of backends. Adding is immediate metadata; leaving is a flag that other parts act on."""

    def __init__(
        self, cluster: Cluster, heartbeats: Heartbeats, clones: CloneScheduler, removals: Removals
    ) -> None:
        self._cluster = cluster
        self._heartbeats = heartbeats
        self._clones = clones
        self._removals = removals

    def add(self, addresses: list[str]) -> list[str]:
        for address in addresses:
            if self._cluster.backend_at(address):
                host, port = address.rsplit(":", 1)
                raise refused(f"Backend already exists with same host {host} and port {port}")
            if self._cluster.compute_node_at(address):
                host, port = address.rsplit(":", 1)
                raise refused(f"Compute node already exists with same host {host} and port {port}")
        return [self._add_one(address) for address in addresses]

    def _add_one(self, address: str) -> str:
        host, port = address.rsplit(":", 1)
        known = self._cluster.host(host)
        node_id = self._cluster.new_node_id()
        disk = Disk(known.storage_path, 7_000_000_000 + node_id, known.disk_total, known.other_used)
        backend = Backend(
            node_id, host, disk, "", heartbeat_port=int(port), be_port=-1, http_port=-1, brpc_port=-1,
            cpu_cores=known.cpu_cores, process_up=False, alive=False, worker_id=node_id,
        )  # fmt: skip
        self._cluster.backends[node_id] = backend
        self._cluster.added.add(node_id)
        if known.storage.running:
            self._heartbeats.start_backend(backend)
        else:
            self._heartbeats.never_answers(backend)
        return f"backend {address} added as {node_id}"

    def drop(self, address: str, *, force: bool) -> list[str]:
        backend = self._existing(address, "backend does not exists[{}]")
        if not force and not self._cluster.shared_data:
            self._refuse_single_replicas(backend)
        self.remove(backend)
        return [f"backend {address} ({backend.id}) dropped"]

    def require_all(self, addresses: list[str]) -> None:
        """Older code looks for the whole list before it drops the first."""
        for address in addresses:
            self._existing(address, "backend does not exists[{}]")

    def decommission(self, addresses: list[str]) -> list[str]:
        """All or none of the list; those already leaving are silently passed over."""
        listed = [self._existing(address, "Backend does not exist[{}]") for address in addresses]
        leaving = list({b.id: b for b in listed if not b.decommissioned}.values())
        if not self._cluster.shared_data and leaving:
            self._refuse_for_space(leaving)
            self._refuse_for_count(leaving)
        for backend in leaving:
            backend.decommissioned = True
            self._cluster.disturbed = True
        return [f"backend {b.address} ({b.id}) decommissioned" for b in leaving]

    def cancel(self, addresses: list[str]) -> list[str]:
        """All must exist; those not leaving are silently passed over. Older code names the host only."""
        older = self._cluster.version.drop_checks_all_first
        listed = [
            self._existing(a, f"Backend does not exists[{a.rsplit(':', 1)[0]}]" if older else "Backend does not exist[{}]")
            for a in addresses
        ]
        staying = []
        for backend in listed:
            if backend.decommissioned:
                backend.decommissioned = False
                self._cluster.disturbed = True
                staying.append(f"decommission of backend {backend.address} ({backend.id}) cancelled")
        return staying

    def remove(self, backend: Backend) -> None:
        """The row disappears and with it every replica on it."""
        self._clones.abandon(backend.id)
        self._removals.abandon(backend.id)
        self._cluster.placement.forget_backend(backend.id)
        del self._cluster.backends[backend.id]
        for frontend in self._cluster.frontends:
            frontend.blacklist.pop(backend.id, None)
        backend.epoch += 1
        self._cluster.membership_changed_at = self._cluster.now
        self._cluster.disturbed = True

    def remove_drained(self) -> list[Backend]:
        """SystemHandler's round: a leaving backend without tablets goes, if the setting says so."""
        if self._cluster.leader is None or not self._cluster.flag("drop_backend_after_decommission"):
            return []
        drained = [b for b in self._cluster.backends.values() if b.decommissioned and b.tablets == 0]
        for backend in drained:
            self.remove(backend)
        return drained

    # --- refusals

    def _existing(self, address: str, text: str) -> Backend:
        backend = self._cluster.backend_at(address)
        if backend is None:
            raise refused(text.format(address))
        return backend

    def _refuse_single_replicas(self, backend: Backend) -> None:
        """Looks at the table-level replication number only, as the FE does: partitions of one replica slip through."""
        for cohort in self._cluster.placement.on(backend.id):
            table = cohort.table
            if table.replication == 1 and len(cohort) and not table.in_recycle_bin:
                raise refused(
                    f"Tables such as [{table.full_name}] on the backend[{backend.address}] have only one replica. "
                    f"To avoid data loss, please change the replication_num of [{table.full_name}] to three. "
                    "ALTER SYSTEM DROP BACKEND <backends> FORCE can be used to forcibly drop the backend. "
                )

    def _refuse_for_space(self, leaving: list[Backend]) -> None:
        """Bytes of all disks pooled, no head-room; dead backends count as room, running drains count as need."""
        ids = {backend.id for backend in leaving}
        room = sum(b.reported.avail if b.reported else 1 for b in self._cluster.staying(ids))
        earlier = sum(
            b.reported.data_used
            for b in self._cluster.backends.values()
            if b.decommissioned and b.id not in ids and b.reported
        )
        need = sum(b.reported.data_used for b in leaving if b.reported)
        if room - earlier < need:
            raise refused(NO_SPACE)

    def _refuse_for_count(self, leaving: list[Backend]) -> None:
        """Names the first table that asks for more replicas than there will be backends."""
        left = sum(b.alive for b in self._cluster.staying(b.id for b in leaving))
        for table in self._cluster.catalog.tables():
            if table.database.name == "_statistics_" and not self._cluster.version.drop_checks_all_first:
                continue  # later code leaves the self-adjusting statistics tables out
            for partition in table.partitions:
                if partition.buckets and partition.replication > left:
                    raise refused(
                        "It will cause insufficient BE number if these BEs are decommissioned "
                        f"because the table {table.full_name} requires {partition.replication} replicas."
                    )
