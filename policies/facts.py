"""Facts about nodes that every plan relies on."""

from policies.cluster import Backend, ClusterState, Frontend, Role
from policies.plan import Fact


def backend_facts(state: ClusterState) -> list[Fact]:
    """Every backend: id, alive or not, leaving or staying."""
    listed = sorted(state.backends, key=lambda backend: backend.address)
    return [Fact(key=f"backend {b.address}", label=f"BE {b.address}", value=_backend(b)) for b in listed]


def nodes_facts(state: ClusterState) -> tuple[Fact, ...]:
    """Every node and the run mode. Who leads is not among them: where that matters, the steps differ."""
    return (
        *backend_facts(state),
        *(
            Fact(key=f"frontend {f.address}", label=f"FE {f.address}", value=_frontend(f))
            for f in sorted(state.frontends, key=lambda frontend: frontend.address)
        ),
        *(
            Fact(key=f"compute node {c.address}", label=f"CN {c.address}", value=f"id {c.id}, {_alive(c.alive)}")
            for c in sorted(state.compute_nodes, key=lambda node: node.address)
        ),
        Fact(key="mode", label="Run mode", value=state.run_mode.value),
        Fact(key="version", label="Version", value=state.version),
    )


def _backend(backend: Backend) -> str:
    return f"id {backend.id}, {_alive(backend.alive)}, {'leaving' if backend.decommissioned else 'staying'}"


def _frontend(frontend: Frontend) -> str:
    role = "observer" if frontend.role is Role.OBSERVER else "follower"
    return f"{role}, {_alive(frontend.alive)}"


def _alive(alive: bool) -> str:
    return "alive" if alive else "not alive"
