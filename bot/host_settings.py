"""How the hosts of a cluster are reached: `[clusters.NAME.hosts]` of the TOML file. No secret in it, only where a key lies."""

import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_NAMED = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]{0,99}\Z")
_DIRECTORY = re.compile(r"/[A-Za-z0-9_.@+/-]*[A-Za-z0-9_.@+-]\Z")
_JUMP = re.compile(r"(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?\Z")
_SPARE = re.compile(r"[A-Za-z0-9_.-]+\Z")
ENDPOINT = re.compile(r"(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}\Z")


class HostDirectories(BaseModel):
    """Where a single host differs from the others, or a single node of it; what is empty is as everywhere."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    be: str = ""
    fe: str = ""
    cn: str = ""
    stage: str = ""
    backup: str = ""
    unit: str = ""
    """Of a single node: nodes of one kind on one host cannot share one."""

    @field_validator("be", "fe", "cn", "stage", "backup")
    @classmethod
    def _directory(cls, value: str) -> str:
        return directory(value)

    @field_validator("unit")
    @classmethod
    def _unit(cls, value: str) -> str:
        return _name(value)


class HostsEntry(BaseModel):
    """SSH to the hosts of one cluster, as one user who owns the StarRocks processes and needs nothing else.

    Directories are absolute paths on the hosts; `packages` is one on the worker. A unit is a systemd service; without
    one, StarRocks' own scripts are used.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    driver: Literal["ssh"] = "ssh"
    user: str
    port: int = Field(default=22, ge=1, le=65535)
    known_hosts: str = Field(min_length=1)
    key_file: str = ""
    """Private key without a passphrase; empty: the keys of the agent at SSH_AUTH_SOCK."""
    jump: str = ""
    """`host` or `host:port` of a jump host; its key must be in `known_hosts` too."""
    be_home: str = ""
    fe_home: str = ""
    cn_home: str = ""
    be_unit: str = ""
    fe_unit: str = ""
    cn_unit: str = ""
    sudo: bool = False
    """Call systemctl as `sudo -n systemctl`; sudo must then ask for no password."""
    stage_dir: str = ""
    backup_dir: str = ""
    spare: str = ""
    """A host of no cluster, where a newer frontend is tried on a copy of the metadata; reached as all the others."""
    rehearsal_dir: str = ""
    """Where that copy lies on the spare host while it is tried; in a directory of its own that is deleted afterwards."""
    packages: str = ""
    """Directory on the worker with StarRocks-<version>.tar.gz and StarRocks-<version>.tar.gz.sha256."""
    keytabs: tuple[str, ...] = Field(default=(), max_length=8)
    """Kerberos keytabs that every node must be able to read; `~/` is the account's home. What is in them is never asked for."""
    reach: tuple[str, ...] = Field(default=(), max_length=16)
    """`host:port` of what every host must reach: metastores, object stores, brokers."""
    udf_dir: str = ""
    """Where the jars of Java UDFs lie on backends and compute nodes, if not in lib/udf."""
    connect_timeout_s: float = Field(default=4.0, ge=0.1, le=6)
    look_timeout_s: float = Field(default=9.0, ge=1, le=12)
    command_timeout_s: float = Field(default=6.0, ge=0.5, le=8)
    start_timeout_s: int = Field(default=20, ge=1, le=600)
    """How long a start may take until a process is there at all; whether it serves is seen on the cluster."""
    fan_out: int = Field(default=24, ge=1, le=100)
    """Hosts that are looked at side by side."""
    stage_fan_out: int = Field(default=4, ge=1, le=24)
    """Hosts that a package is copied to and unpacked on at a time: gigabytes for each, through one worker."""
    via: dict[str, str] = Field(default_factory=dict)
    """Host -> where it is really reached, e.g. "127.0.0.1:40001" behind a tunnel; its key is still looked up by its name."""
    homes: dict[str, HostDirectories] = Field(default_factory=dict)
    """By host, and by `host:port` where nodes of one kind share a host: the home of such a node, and its unit if it has one."""

    @field_validator("user", "be_unit", "fe_unit", "cn_unit")
    @classmethod
    def _name(cls, value: str) -> str:
        return _name(value)

    @field_validator("homes")
    @classmethod
    def _homes(cls, value: dict[str, HostDirectories]) -> dict[str, HostDirectories]:
        for where, those in value.items():
            if ENDPOINT.match(where) and (those.stage or those.backup):
                raise ValueError(f"{where!r}: stage and backup are of a whole host, so they belong to {where.rpartition(':')[0]!r}")
            if not ENDPOINT.match(where) and those.unit:
                raise ValueError(f"{where!r}: a unit belongs to a single node, e.g. '{where}:9050', or to all as be_unit")
        return value

    @field_validator("be_home", "fe_home", "cn_home", "stage_dir", "backup_dir", "rehearsal_dir", "udf_dir")
    @classmethod
    def _directory(cls, value: str) -> str:
        return directory(value)

    @field_validator("keytabs")
    @classmethod
    def _keytabs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for path in value:
            if path in {"", "~"}:
                raise ValueError("a keytab is a file, e.g. /etc/security/starrocks.keytab or ~/starrocks.keytab")
            directory(path.removeprefix("~"))
        return value

    @field_validator("reach")
    @classmethod
    def _reach(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for endpoint in value:
            if not ENDPOINT.match(endpoint) or not 1 <= int(endpoint.rpartition(":")[2]) <= 65535:
                raise ValueError(f"{endpoint!r}: host:port, e.g. metastore.example.com:9083")
        return value

    @field_validator("jump")
    @classmethod
    def _jump(cls, value: str) -> str:
        if value and not _JUMP.match(value):
            raise ValueError(f"{value!r}: host or host:port, e.g. jump.example.com:22")
        return value

    @field_validator("spare")
    @classmethod
    def _host(cls, value: str) -> str:
        if value and not _SPARE.match(value):
            raise ValueError(f"{value!r}: the name or address of a host, without a port, e.g. 10.84.99.1")
        return value

    @field_validator("via")
    @classmethod
    def _via(cls, value: dict[str, str]) -> dict[str, str]:
        for where in value.values():
            if not ENDPOINT.match(where):
                raise ValueError(f"{where!r}: host:port, e.g. 127.0.0.1:40001")
        return value

    @field_validator("known_hosts", "key_file", "packages")
    @classmethod
    def _here(cls, value: str) -> str:
        return str(Path(value).expanduser()) if value else value

    @model_validator(mode="after")
    def _something_to_do(self) -> "HostsEntry":
        if not self.user:
            raise ValueError("user is missing, e.g. user = \"starrocks\"")
        homes = {self.be_home, self.fe_home, self.cn_home, *(d for h in self.homes.values() for d in (h.be, h.fe, h.cn))}
        if not any(homes):
            raise ValueError("set at least one of be_home, fe_home, cn_home, e.g. be_home = \"/opt/starrocks/be\"")
        if bool(self.spare) != bool(self.rehearsal_dir):
            raise ValueError("spare and rehearsal_dir belong together, e.g. rehearsal_dir = \"/opt/starrocks/rehearsal\"")
        return self


def _name(value: str) -> str:
    if value and not _NAMED.match(value):
        raise ValueError(f"{value!r}: letters, digits, _ . @ - only, e.g. starrocks or starrocks-be.service")
    return value


def directory(value: str) -> str:
    """An absolute path on a host, with nothing in it that a shell would read; raises ValueError with an example."""
    if not value:
        return value
    if not _DIRECTORY.match(value) or ".." in value.split("/"):
        raise ValueError(f"{value!r}: an absolute path of letters, digits and _ . @ + - /, e.g. /opt/starrocks/be")
    return value
