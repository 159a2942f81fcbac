"""A process on a host starts or stops: whoever is listed there follows."""

from workers.twin.life.course import Course


def start(course: Course, host: str, *, frontend: bool) -> None:
    """Whoever is listed on the host and is not up, or is up and not welcome, is started (again)."""
    if frontend:
        for member in course.cluster.frontends:
            if member.host == host and not (member.alive and member.process_up):
                if member.process_up and not member.ready:
                    course.heartbeats.stop_frontend(member)
                course.frontends.start(member)
        return
    for backend in course.cluster.backends.values():
        if backend.host == host and not (backend.alive and backend.process_up):
            course.heartbeats.start_backend(backend)
    for node in course.cluster.compute_nodes.values():
        if node.host == host and not (node.alive and node.process_up):
            course.heartbeats.start_compute_node(node)


def stop(course: Course, host: str, *, frontend: bool, graceful: bool = False) -> None:
    """Whoever is up on the host goes down; a backend or compute node that says so first with `graceful`."""
    if frontend:
        for member in (*course.cluster.frontends, *course.cluster.zombies):
            if member.host == host and member.process_up:
                course.election.stop(member)
        return
    for backend in course.cluster.backends.values():
        if backend.host == host and backend.process_up:
            course.heartbeats.stop_backend(backend, graceful=graceful)
            course.clones.abandon(backend.id)
    for node in course.cluster.compute_nodes.values():
        if node.host == host and node.process_up:
            course.heartbeats.stop_compute_node(node, graceful=graceful)
