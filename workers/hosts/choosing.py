"""Which driver reaches the hosts of a cluster: one line for each."""

from bot.host_settings import HostsEntry
from workers.hosts import HostDriver


def driver_for(entry: HostsEntry | None) -> HostDriver | None:
    """None: nobody set one, so a person does what is to be done on hosts."""
    if entry is None:
        return None
    from workers.hosts.ssh import SshDriver  # costs 0.4 s, which a worker without hosts need not pay

    return SshDriver(entry)
