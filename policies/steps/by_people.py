"""What people see to before the first node changes its version, where nothing here can: the plan pauses until one resumes it."""

from collections.abc import Sequence

from policies.address import Address
from policies.awaited import GoAhead
from policies.cluster import Frontend
from policies.plan import Step
from policies.releases.rule import First
from policies.statements import in_code
from policies.units import in_list


def packages(addresses: Sequence[Address], version: str) -> Step:
    """On every host at once, before the balancer is frozen."""
    hosts = in_list(list(dict.fromkeys(address.host for address in addresses)))
    seen = (
        f"Please check the archive of {version} against its published SHA-256 (`sha256sum -c`) and unpack it beside the "
        f"installation on {hosts}. Nothing that runs is touched yet. Resume when it lies on every host; Abort ends here."
    )
    return _wait("packages", f"People verify and unpack {version} on every host", addresses[0], seen)


def metadata(leader: Frontend) -> Step:
    """Once an image has been made: image and journal together, for their owner only."""
    seen = (
        f"Please copy the metadata on {leader.address.host}, image first, then bdb: `umask 077 && mkdir -p ../meta-backup && "
        "cp -a meta/image ../meta-backup/ && cp -a meta/bdb ../meta-backup/`. Resume when the copy is there; Abort ends here."
    )
    return _wait("metadata", f"People copy the metadata of the leader {leader.address}", leader.address, seen)


def proofs(firsts: Sequence[First], leader: Frontend) -> tuple[Step, ...]:
    """Records that the other version cannot read: gone before the image, or the image and the journal still hold them."""
    queries = [in_code(first.proof) for first in firsts if first.proof]
    if not queries:
        return ()
    seen = (
        f"Before the image is made, each of these must come back empty, in every database: {in_list(queries)}. "
        "The cleaners take some minutes. Resume when they are empty; Abort gives everything back."
    )
    return (_wait("proofs", "People see that no record is left which the older version cannot read", leader.address, seen),)


def _wait(name: str, title: str, address: Address, seen: str) -> Step:
    return Step(id=name, group=name, title=title, act=None, until=GoAhead(address=address, seen=seen))
