"""What can go wrong on the twin's hosts, and the bad manners of StarRocks' own scripts."""

import asyncio
import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.twin.machines import START, STOP, Served, alive, say, started, stopped
from workers.twin import FAULTS

A, B, C = "10.84.0.12", "10.84.0.18", "10.84.0.19"
SHOWN: dict[str, Callable[[Served], None]] = {}


def shows(name: str) -> Callable[[Callable[[Served], None]], Callable[[Served], None]]:
    def keep(case: Callable[[Served], None]) -> Callable[[Served], None]:
        SHOWN[name] = case
        return case

    return keep


@shows("host_slow_start")
def _(twin: Served) -> None:
    twin.fault("host_slow_start", host=B, seconds=1200)
    say(twin, B, f"{STOP} && {START}")
    twin.until(lambda: twin.pid(B))
    twin.advance(1100)
    assert twin.backend(B)["Alive"] == "false"
    twin.advance(110)
    assert twin.backend(B)["Alive"] == "true"


@shows("host_never_starts")
def _(twin: Served) -> None:
    twin.fault("host_never_starts", host=B)
    say(twin, B, f"{STOP} && {START}")
    twin.until(lambda: "cannot start" in twin.at(B, f"cat {twin.home(B)}/log/be.out").out)
    twin.advance(60)
    assert (twin.backend(B)["Alive"], twin.pid(B)) == ("false", 0)
    twin.fault("host_never_starts", host=B, on=False)
    say(twin, B, START)
    started(twin, B)
    assert twin.backend(B)["Alive"] == "true"


@shows("host_unreachable")
def _(twin: Served) -> None:
    twin.fault("host_unreachable", host=B)
    with pytest.raises(ConnectionRefusedError):
        twin.at(B, "true")
    assert twin.at(C, "true").code == 0
    twin.fault("host_unreachable", host=B, on=False)
    assert twin.at(B, "true").code == 0


@shows("host_cut")
def _(twin: Served) -> None:
    twin.fault("host_cut", host=B, after="before_exec")
    assert twin.at(B, "touch first").code is None
    twin.fault("host_cut", host=B, after="after_exec")
    assert twin.at(B, "touch second").code is None
    assert twin.at(B, "ls first second").out == "second\n"
    twin.fault("host_cut", host=B, after="before_exec", matching="third")
    assert twin.at(B, "sh -s", given="touch fourth").code == 0
    assert twin.at(B, "sh -s", given="touch third").code is None
    assert twin.at(B, "ls third fourth").out == "fourth\n"


@shows("host_no_pid_file")
def _(twin: Served) -> None:
    pid = twin.pid(B)
    twin.fault("host_no_pid_file", host=B)
    assert twin.at(B, f"{twin.home(B)}/bin/stop_be.sh").code == 0
    assert alive(pid), "the script is content and did nothing"


@shows("host_resurrects")
def _(twin: Served) -> None:
    twin.fault("host_resurrects", host=B)
    pid = twin.pid(B)
    os.kill(pid, 9)
    twin.until(lambda: twin.pid(B) not in (0, pid))


@shows("host_disk_full")
def _(twin: Served) -> None:
    async def upload() -> None:
        async with twin.link(B) as connection, connection.start_sftp_client() as files, files.open("big", "wb") as file:
            await file.write(b"x")

    twin.fault("host_disk_full", host=B)
    assert twin.at(B, "df -Pk . | tail -1").out.split()[3] == "0"
    said = twin.at(B, f"tar xzf {twin.ssh['packages']}/StarRocks-3.3.9.tar.gz")
    assert (said.code, "No space left on device" in said.err) == (1, True)
    with pytest.raises(asyncssh.SFTPFailure, match="No space left"):
        asyncio.run(upload())
    twin.fault("host_disk_full", host=B, on=False)
    asyncio.run(upload())
    assert twin.at(B, "df -Pk . | tail -1").out.split()[3] != "0"


@shows("host_ignores_term")
def _(twin: Served) -> None:
    pid = twin.pid(B)
    twin.fault("host_ignores_term", host=B)
    os.kill(pid, 15)
    twin.at(B, "true")
    twin.advance(60)
    assert alive(pid) and twin.up(B)
    say(twin, B, STOP)
    stopped(twin, B)


@shows("host_clock")
def _(twin: Served) -> None:
    def ahead() -> float:
        return float(twin.at(B, "date +%s.%N").out) - time.time()

    twin.fault("host_clock", host=B, ahead_s=-30)
    assert -30.5 < ahead() < -29
    twin.fault("host_clock", host=B, ahead_s=0)
    assert -1 < ahead() < 1


@shows("host_java")
def _(twin: Served) -> None:
    twin.fault("host_java", host=A, version="1.8.0_392")
    assert 'version "1.8.0_392"' in twin.at(A, "$JAVA_HOME/bin/java -version").err
    say(twin, A, STOP, "fe")
    said = twin.at(A, START.format(home=twin.home(A, "fe"), process="fe"))
    assert (said.code, said.out) == (255, "JDK 8 is not supported, please use JDK 11 or higher\n")


@shows("host_file")
def _(twin: Served) -> None:
    twin.fault("host_file", host=B, file="starrocks/be/conf/hdfs-site.xml", text="<configuration/>", mode="640")
    assert twin.at(B, "stat -c %a starrocks/be/conf/hdfs-site.xml; cat starrocks/be/conf/hdfs-site.xml").out == "640\n<configuration/>"
    twin.fault("host_file", host=B, file="starrocks/be/conf/hdfs-site.xml")
    assert twin.at(B, "test -e starrocks/be/conf/hdfs-site.xml").code == 1


@shows("host_way")
def _(twin: Served) -> None:
    def way(host: str, to: str) -> str:
        said = twin.at(host, f"timeout 2 bash -c 'exec 3<> \"/dev/tcp/$2/$3\"; echo way $1 $2 $3 $?' sr-ways reached {to}")
        return str(said.out + said.err).removeprefix(f"way reached {to} ").strip()

    assert way(B, "s3.example.com 443") == "0"
    twin.fault("host_way", host=B, to="s3.example.com:443")
    twin.fault("host_way", host=B, to=A, how="refused")
    assert "Connection refused" in way(B, f"{A} 9020")
    assert [way(B, to) for to in ("s3.example.com 443", "s3.example.com 80")] == ["", "0"]
    assert way(C, "s3.example.com 443") == "0"
    twin.fault("host_way", host=B, to="s3.example.com:443", how="open")
    assert way(B, "s3.example.com 443") == "0"
    assert "refused" in way(B, "127.0.0.1 1"), "loopback is this machine's own"
    assert twin.at(B, "timeout 2 echo on").out == "on\n"


@shows("host_port_taken")
def _(twin: Served) -> None:
    listening = "tail -q -n +2 /proc/net/tcp /proc/net/tcp6"
    assert twin.at(B, listening).out == ""
    twin.fault("host_port_taken", host=B, port=8040)
    assert "00000000:1F68 00000000:0000 0A " in twin.at(B, listening).out
    twin.fault("host_port_taken", host=B, port=8040, on=False)
    assert twin.at(B, listening).out == ""


@shows("host_kernel")
def _(twin: Served) -> None:
    said = "tail -n 1 /proc/sys/vm/swappiness"
    assert twin.at(B, said).out.strip() == "0"
    twin.fault("host_kernel", host=B, setting="swappiness", value="60")
    assert (twin.at(B, said).out.strip(), twin.at(C, said).out.strip()) == ("60", "0")
    assert twin.at(B, "echo on | tail -n 1").out == "on\n"


@shows("host_no_namespaces")
def _(twin: Served) -> None:
    twin.fault("host_no_namespaces", host=A)
    said = twin.at(A, "unshare --net true")
    assert said.code == 1 and "Operation not permitted" in said.err


@shows("rehearsal_fails")
def _(twin: Served) -> None:
    twin.fault("rehearsal_fails", host=A, text="java.io.IOException: got unknown type 20123")
    assert alone(twin, "") == "ERROR: java.io.IOException: got unknown type 20123"


@shows("rehearsal_hangs")
def _(twin: Served) -> None:
    twin.fault("rehearsal_hangs", host=A)
    log = alone(twin, "true")
    assert log == "replays the journal" or "the network of this host is in reach" in log


ALONE = r"""
set -e
home=$HOME/rehearsal/x/fe
rm -rf "$home" && mkdir -p "$home/log" && cp -R "$HOME/starrocks/fe/bin" "$HOME/starrocks/fe/lib" "$HOME/starrocks/fe/conf" "$home"
cp -R "$HOME/starrocks/fe/meta" "$home/meta" && rm -f "$home"/bin/*.pid
sed -i 's/^clusterId=.*/clusterId=1234567/; s/^token=.*/token=another/' "$home/meta/image/VERSION"
cat >> "$home/conf/fe.conf" <<END
meta_dir = $home/meta
http_port = 28030
rpc_port = 29020
query_port = 29030
edit_log_port = 29010
cloud_native_meta_port = 26090
bdbje_reset_election_group = true
END
"""


def alone(twin: Served, wrong: str) -> str:
    """What a frontend that is tried on a copy of the metadata ends with, after one thing was done wrong."""
    said = twin.at(A, f"{ALONE}cd $home\n{wrong}\nbash bin/start_fe.sh --daemon")
    assert said.code == 0, said
    lines = twin.until(lambda: twin.at(A, "grep -h -e ERROR -e replay $HOME/rehearsal/x/fe/log/fe.log 2> /dev/null; true").out)
    return str(lines).strip()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("echo 'query_port = 9030' >> conf/fe.conf", "query_port is 9030, which the cluster uses"),
        ("sed -i '/^cloud_native_meta_port/d' conf/fe.conf", "cloud_native_meta_port is not set"),
        ("sed -i 's/^clusterId=.*/clusterId=510224456/' meta/image/VERSION", "clusterId is the cluster's own"),
        ("cp ~/starrocks/fe/meta/image/VERSION meta/image/", "clusterId is the cluster's own"),
        ("grep ^token ~/../10.84.0.19/starrocks/fe/meta/image/VERSION > t; sed -i /^token/d meta/image/VERSION;"
         " cat t >> meta/image/VERSION", "token is the cluster's own"),
        ("sed -i 's/^role=.*/role=OBSERVER/' meta/image/ROLE", "ROLE does not say FOLLOWER"),
        ("sed -i /^bdbje/d conf/fe.conf; echo metadata_failure_recovery = true >> conf/fe.conf", "bdbje_reset_election_group is not"),
        ("rm -r meta/bdb", "is no metadata directory"),
    ],
)  # fmt: skip
def test_a_frontend_tried_on_a_copy_is_strict(twin: Served, wrong: str, words: str) -> None:
    assert words in alone(twin, wrong)


@shows("wrong_package")
def _(twin: Served) -> None:
    package = Path(twin.ssh["packages"]) / "StarRocks-3.3.9.tar.gz"
    right = package.read_bytes()
    twin.fault("wrong_package", version="3.3.9", reports="3.3.8")
    digest, name = Path(f"{package}.sha256").read_text().split()
    assert (digest, name) == (hashlib.sha256(package.read_bytes()).hexdigest(), package.name)
    assert twin.at(B, f"tar xzOf {package} StarRocks-3.3.9/fe/lib/VERSION").out.startswith("3.3.8-")
    twin.call("reset")
    assert package.read_bytes() == right


@pytest.mark.parametrize("name", [name for name, f in FAULTS.items() if f.effect.__module__.endswith("faults.machines")])
def test_fault_of_a_host(twin: Served, name: str) -> None:
    assert name in SHOWN, f"no test shows what {name} does"
    SHOWN[name](twin)


# --- the scripts


@pytest.mark.parametrize(
    ("process", "host", "words"),
    [("be", B, "Backend running as process {pid}. Stop it first."), ("fe", A, "Frontend running as process {pid}. Stop it first.")],
)
def test_what_runs_is_not_started_again(twin: Served, process: str, host: str, words: str) -> None:
    said = twin.at(host, START.format(home=twin.home(host, process), process=process))
    assert (said.code, said.out.strip()) == (1, words.format(pid=twin.pid(host, process)))


def test_a_strangers_pid(twin: Served) -> None:
    """A pid file that outlived its process, and whose number is another program's now."""
    home, pid = twin.home(B), twin.pid(B)
    stranger = int(say(twin, B, "sleep 600 >/dev/null 2>&1 </dev/null & echo $!"))
    say(twin, B, f"echo {stranger} > {home}/bin/be.pid")
    said = twin.at(B, f"{home}/bin/stop_be.sh")
    assert (said.code, said.out) == (1, "ERROR: pid process may not be be. \n")
    assert alive(pid) and alive(stranger)
    frontend, home = twin.pid(A, "fe"), twin.home(A, "fe")
    say(twin, A, f"echo {stranger} > {home}/bin/fe.pid")
    said = twin.at(A, f"{home}/bin/stop_fe.sh")
    assert (said.code, said.out) == (0, "ERROR: pid process may not be FE. \n"), "before 3.4.2 it signals it all the same"
    assert alive(frontend) and not alive(stranger)


def test_a_second_process_finds_the_ports_taken(twin: Served) -> None:
    pid = twin.pid(B)
    twin.fault("host_no_pid_file", host=B)
    say(twin, B, START)
    twin.until(lambda: "ports are taken" in twin.at(B, f"cat {twin.home(B)}/log/be.out").out)
    assert alive(pid) and twin.pid(B) == pid and twin.up(B)


def test_a_variable_that_nobody_set_ends_the_start(twin: Served) -> None:
    conf = f"{twin.home(B)}/conf/be.conf"
    say(twin, B, f"{STOP} && sed -i /^NETWORKS/d {conf} && {START}")
    twin.until(lambda: "no such env variable: NETWORKS" in twin.at(B, f"cat {twin.home(B)}/log/be.out").out)
    say(twin, B, f"NETWORKS=10.84.0.0/16 {START}")
    twin.until(lambda: twin.pid(B))


def test_capitals_in_a_conf_file_are_shell(twin: Served) -> None:
    """That is why nobody may write them unexamined."""
    say(twin, B, f"echo 'JAVA_OPTS=\"$(touch {twin.directory}/hosts/{B}/owned)\"' >> {{home}}/conf/be.conf && {STOP}")
    assert twin.at(B, "ls owned").code == 0


def test_units_around_the_scripts(twin: Served) -> None:
    pid = twin.pid(B)
    twin.call("speed", factor=100)
    assert twin.at(B, "systemctl is-active starrocks-be").out == "active\n"
    say(twin, B, "systemctl restart starrocks-be.service")
    twin.until(lambda: twin.pid(B) not in (0, pid))
    say(twin, B, "systemctl stop starrocks-be")
    stopped(twin, B)
    said = twin.at(B, "systemctl is-active starrocks-be")
    assert (said.code, said.out, twin.at(B, "systemctl start nginx").code) == (3, "inactive\n", 5)


def test_an_old_stop_of_a_frontend_waits_without_end(twin: Served) -> None:
    twin.fault("host_ignores_term", host=A)
    with pytest.raises(asyncssh.TimeoutError):
        twin.at(A, f"{twin.home(A, 'fe')}/bin/stop_fe.sh --timeout 0", limit_s=1.2)


def test_newer_scripts_hand_the_lead_over_and_show_a_shutdown(newer: Callable[..., Served]) -> None:
    twin = newer("mission000", columns="4.0")
    pid = twin.pid(A, "fe")
    os.kill(pid, 10)
    twin.until(lambda: next(f for f in twin.call("state")["frontends"] if f["host"] == A)["role"] != "LEADER")
    twin.advance(5)
    assert alive(pid) and any(f["role"] == "LEADER" for f in twin.call("state")["frontends"])
    twin.advance(15)
    twin.until(lambda: not alive(pid))
    twin.fault("running_queries", at=B, queries=3)
    backend = twin.pid(B)
    os.kill(backend, 15)
    twin.until(lambda: not twin.up(B))
    twin.advance(6)
    row: dict[str, Any] = twin.backend(B)
    assert (row["Alive"], row["StatusCode"], alive(backend)) == ("false", "SHUTDOWN", True)
    twin.advance(15)
    twin.until(lambda: not alive(backend))


def test_compute_nodes_have_hosts_too(newer: Callable[..., Served]) -> None:
    twin = newer("shared-data", columns="4.0")
    host = "10.87.0.11"
    pid = twin.pid(host, "cn")
    assert b"--cn" in Path(f"/proc/{pid}/cmdline").read_bytes()
    twin.fault("running_queries", at=host, queries=2)
    assert twin.at(host, f"{twin.home(host, 'cn')}/bin/stop_cn.sh -g").code == 0
    assert alive(pid), "it does not wait"
    assert twin.at(host, f"{twin.home(host, 'cn')}/bin/stop_cn.sh").code == 1, "and has forgotten the pid"
    twin.advance(30)
    twin.until(lambda: not alive(pid))
    stopped(twin, host, "cn")
    say(twin, host, START, "cn")
    started(twin, host, "cn")
    assert next(r for r in twin.rows("SHOW COMPUTE NODES") if r["IP"] == host)["Alive"] == "true"


def test_prepared_hosts_join_when_somebody_starts_them(newer: Callable[..., Served]) -> None:
    """Mission 000: packages lie on the new hosts, processes are started by hand, then the nodes are added."""
    twin = newer("migration")
    host = "10.84.91.16"
    assert twin.pid(host) == twin.pid(host, "fe") == 0
    twin.call("sql", sql=f'ALTER SYSTEM ADD BACKEND "{host}:9050"')
    twin.call("sql", sql=f'ALTER SYSTEM ADD FOLLOWER "{host}:9010"')
    twin.advance(30)
    assert (twin.backend(host)["Alive"], twin.frontend(host)["Alive"]) == ("false", "false")
    say(twin, host, START)
    say(twin, host, START + f" --helper {A}:9010", "fe")
    twin.until(lambda: twin.pid(host) and twin.pid(host, "fe"))
    twin.advance(60)
    assert (twin.backend(host)["Alive"], twin.frontend(host)["Alive"]) == ("true", "true")


# --- the door


@pytest.mark.parametrize("wrong", ["user", "key", "host key"])
def test_who_is_not_let_in(twin: Served, wrong: str) -> None:
    async def attempt() -> None:
        options: dict[str, Any] = {}
        if wrong == "user":
            options["username"] = "root"
        elif wrong == "key":
            options["client_keys"] = [asyncssh.generate_private_key("ssh-ed25519")]
        else:
            other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
            options["known_hosts"] = asyncssh.import_known_hosts(f"[127.0.0.1]:{twin.ssh['ports'][B]} {other}")
        await twin.link(B, **options)

    with pytest.raises((asyncssh.PermissionDenied, asyncssh.HostKeyNotVerifiable)):
        asyncio.run(attempt())


def test_the_keys_file_is_for_its_owner_and_names_the_hosts(twin: Served) -> None:
    assert Path(twin.ssh["key_file"]).stat().st_mode & 0o777 == 0o600
    known = Path(twin.ssh["known_hosts"]).read_text()
    assert known.count("\n") == len(twin.ssh["ports"])
    assert f"{B},[{B}]:22,[127.0.0.1]:{twin.ssh['ports'][B]} ssh-ed25519 " in known


def test_files_over_sftp(twin: Served) -> None:
    async def exchange() -> str:
        async with twin.link(B) as connection, connection.start_sftp_client() as files:
            async with files.open("stage/note", "w") as file:
                await file.write("hello")
            await files.rename("stage/note", f"{twin.directory}/hosts/{B}/stage/renamed")
            return str(await files.realpath("."))

    assert asyncio.run(exchange()) == f"{twin.directory}/hosts/{B}"
    assert say(twin, B, "cat stage/renamed") == "hello"
