"""A node is up exactly while the process under its home runs, whoever moved first.

A process that starts, is signalled or ends tells the model; a node that the model stops or starts (a fault, an election)
gets its process killed or started. What the model was told by a process does not come back to that process.
"""

from collections.abc import Callable

from workers.twin.life import processes
from workers.twin.machines import census
from workers.twin.machines.installation import NEWER, numbers
from workers.twin.machines.machine import Machine
from workers.twin.machines.running import Phase, Running, hold, watch
from workers.twin.model.nodes import Frontend
from workers.twin.twin import Twin

START_S = {"be": 10.0, "cn": 5.0, "fe": 15.0}
"""Simulated seconds from the start of a process until it serves; operators report 10 s to minutes."""
EXIT_S = 2.0  # invented: a backend that was asked to go closes its storage
DRAIN_S = 20.0  # be: loop_count_wait_fragments_finish x 10 s, 0 before 3.4.2

Key = tuple[str, str]
"""Host, and process: "be", "cn" or "fe"."""


class Coupling:
    """The processes of one twin's nodes; a reset makes another one. `machine` gives a host with that process installed."""

    def __init__(self, twin: Twin, machine: Callable[[str, str], Machine], catch_up: Callable[[], None]) -> None:
        self.twin = twin
        self.running: dict[Key, Running] = {}
        self.held: set[Running] = set()
        """All that are not gone yet, those that nobody counts any more included."""
        self._machine = machine
        self._catch_up = catch_up
        self._expected: dict[Key, Running] = {}
        """Started because the model says that they run, and not heard of yet: their start is no news to it."""
        self._versions: dict[Key, str] = {}
        """As the model had them when they were last as on the disks."""
        self._over = False
        twin.cluster.process_moved.append(self._moved)
        twin.cluster.image_written.append(self._image_written)

    def spawn(self, key: Key) -> None:
        """Start a process that runs in the model already; if it cannot start, the model learns that."""
        pid = self._machine(*key).spawn(key[1])
        running = hold(*key, pid, "", Phase.STARTING) if pid else None
        if running is None:
            self.twin.cluster.agenda.after(0, lambda: processes.stop(self.twin.course, key[0], frontend=key[1] == "fe"))
            return
        self._expected[key] = running
        self.held.add(running)
        watch(running, self._ended)

    def end(self) -> None:
        """Every process is killed, and no event of theirs is news."""
        self._over = True
        self.running.clear()
        for running in self.held:
            running.phase = Phase.KILLED
            running.kill()

    def leaving(self) -> bool:
        """Does a process wait for the model's time to pass?"""
        return any(running.phase is Phase.LEAVING for running in self.held)

    def sync_version(self, key: Key) -> None:
        """A fault that changes what is installed shows on the disk; what people put there is theirs."""
        wanted = census.program(self.twin.cluster, *key).version
        if wanted and wanted != self._versions.get(key):
            self._machine(*key).set_version(key[1], wanted)
            self._versions[key] = wanted

    def learn_version(self, key: Key, version: str) -> None:
        """The model knows what lies on a disk, or has just been started from it."""
        self._versions[key] = census.program(self.twin.cluster, *key).version = version

    # --- what processes tell

    def told(self, what: str, key: Key, pid: int, version: str) -> None:
        """`what` is "start", "term" or "usr1"."""
        if self._over:
            return
        self._catch_up()
        if what == "start":
            self._started(key, pid, version)
        else:
            self._signalled(key, pid, what)

    def _started(self, key: Key, pid: int, version: str) -> None:
        conduct = census.conduct(self.twin.cluster, key[0])
        running = self._expected.get(key)
        expected = running is not None and running.pid == pid
        if running is not None and expected:
            del self._expected[key]
            running.version, running.phase = version, Phase.SERVING
        else:
            running = hold(*key, pid, version, Phase.STARTING)
            if running is None:
                return
            self.held.add(running)
            watch(running, self._ended)
        present = self.running.get(key)
        if present and present.phase is not Phase.KILLED:
            self._turn_away(running, "the ports are taken")
        elif key[1] in conduct.never_starts:
            self._turn_away(running, "cannot start: storage is not what the metadata say")
        elif expected and not census.should_run(self.twin.cluster, *key):
            self._turn_away(running, "stopped again before it was ready")
        else:
            self.running[key] = running
            self.learn_version(key, version)
            program = census.program(self.twin.cluster, *key)
            program.running = True
            program.kind = key[1] if key[1] != "fe" else program.kind
            if not expected:
                self._tell(running, f"started, version {version}")
                delay = conduct.start_s.get(key[1], START_S[key[1]])
                self.twin.cluster.agenda.after(delay, lambda: self._serves(key, running))

    def _turn_away(self, running: Running, words: str) -> None:
        self._machine(running.host, running.process).note(running.process, words)
        running.phase = Phase.KILLED
        running.kill()

    def _tell(self, running: Running, words: str) -> None:
        self.twin.course.tell(f"{running.process} on {running.host} {words}")

    def _serves(self, key: Key, running: Running) -> None:
        if running.phase is not Phase.STARTING:
            return
        running.phase = Phase.SERVING
        processes.start(self.twin.course, key[0], frontend=key[1] == "fe")
        for node in census.nodes(self.twin.cluster, *key) if key[1] != "fe" else []:
            node.mem_limit = self._machine(*key).memory_limit(key[1])
        if key[1] == "be" and census.nodes(self.twin.cluster, *key):
            self._machine(*key).register(self.twin.cluster.cluster_id)
        members = census.nodes(self.twin.cluster, *key) if key[1] == "fe" else []
        if members and not any(member.process_up for member in members):
            self._turn_away(running, "the group does not take this frontend in")

    def _signalled(self, key: Key, pid: int, what: str) -> None:
        """A frontend goes at once on TERM and hands the lead over on USR1; USR1 is nothing to the others."""
        running, cluster = self.running.get(key), self.twin.cluster
        if running is None or running.pid != pid or running.phase in (Phase.LEAVING, Phase.KILLED):
            return
        if census.conduct(cluster, key[0]).ignores_term:
            return
        self._tell(running, f"was sent SIG{what.upper()}")
        newer = numbers(running.version) >= NEWER
        there = census.nodes(cluster, *key)
        up = [node for node in there if node.process_up]
        if key[1] == "fe":
            if what == "term" or not newer or not up:
                running.kill()
                return
            running.phase = Phase.LEAVING
            for member in up:
                self.twin.course.election.stop_gracefully(member)
        elif what == "term":
            running.phase = Phase.LEAVING
            busy = newer and any(node.running_queries for node in there)
            if cluster.version.status_codes:
                processes.stop(self.twin.course, key[0], frontend=False, graceful=True)
            cluster.agenda.after(DRAIN_S if busy else EXIT_S, running.kill)

    def _ended(self, running: Running) -> None:
        self.held.discard(running)
        key = (running.host, running.process)
        if self._over:
            return
        if self._expected.get(key) is running:
            del self._expected[key]  # it ended before it could say that it runs
        elif self.running.get(key) is running:
            del self.running[key]
        else:
            return
        self._catch_up()
        cluster = self.twin.cluster
        census.program(cluster, *key).running = False
        known, running.phase = running.phase is Phase.KILLED, Phase.KILLED
        if not known:
            self._tell(running, "ended")
            processes.stop(self.twin.course, key[0], frontend=key[1] == "fe")
            if census.conduct(cluster, key[0]).resurrects:
                self._machine(*key).spawn(key[1])

    # --- what the model tells

    def _image_written(self, frontend: Frontend) -> None:
        if not self._over and (frontend.host, "fe") in self.running:
            self._machine(frontend.host, "fe").write_image(frontend.image)

    def _moved(self, host: str, process: str, up: bool) -> None:
        if self._over:
            return
        key = (host, process)
        running = self.running.get(key)
        if up:
            if running is None or running.phase is Phase.KILLED:
                self.sync_version(key)
                self.spawn(key)
        elif running is not None and not (running.phase is Phase.LEAVING and process != "fe"):
            # A backend that leaves has said so itself and goes when it has drained; a frontend goes when the model says.
            running.phase = Phase.KILLED
            running.kill()
