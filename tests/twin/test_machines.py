"""Hosts of the twin: who stops, kills or swaps a process there changes what the cluster's own lists say."""

import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.twin.machines import LIMIT_S, START, STOP, Served, alive, say, started, stopped
from workers.demo import House

A, B, C = "10.84.0.12", "10.84.0.18", "10.84.0.19"
def test_the_processes_look_like_the_real_ones(twin: Served) -> None:
    pid = twin.pid(B)
    assert str(Path(f"/proc/{pid}/exe").readlink()) == f"{twin.home(B)}/lib/starrocks_be"
    assert Path(f"/proc/{pid}/comm").read_text() == "starrocks_be\n"
    assert say(twin, B, "cat {home}/bin/be.pid").strip() == str(pid)
    frontend = twin.pid(A, "fe")
    assert b"com.starrocks.StarRocksFE" in Path(f"/proc/{frontend}/cmdline").read_bytes()
    assert Path(f"/proc/{frontend}/comm").read_text() == "java\n"
    assert say(twin, A, "cat {home}/bin/fe.pid", "fe").strip() == str(frontend)
    assert say(twin, B, "{home}/bin/show_be_version.sh").splitlines()[0] == "3.3.3-312ed45"
    assert say(twin, A, "{home}/bin/show_fe_version.sh", "fe").splitlines()[:2] == ["Build version: 3.3.3", "Commit hash: 312ed45"]
    assert say(twin, B, "pwd; echo $HOME") == f"{twin.directory}/hosts/{B}\n" * 2


@pytest.mark.parametrize("how", [STOP, "kill -9 $(cat {home}/bin/be.pid)", STOP + " -g"])
def test_a_backend_that_is_stopped_on_its_host_dies_in_the_list(twin: Served, how: str) -> None:
    before = twin.backend(B)
    pid = twin.pid(B)
    if "-g" in how:
        twin.call("speed", factor=100)
    say(twin, B, how)
    stopped(twin, B)
    twin.call("speed", factor=0)
    assert not alive(pid)
    twin.advance(30)
    assert (twin.backend(B)["Alive"], before["Alive"]) == ("false", "true")
    say(twin, B, START)
    twin.until(lambda: twin.pid(B))
    assert not twin.up(B), "it runs, and serves later"
    twin.advance(20)
    row = twin.backend(B)
    assert (row["Alive"], row["LastStartTime"] > before["LastStartTime"]) == ("true", True)


def test_a_backend_tells_the_limit_that_it_was_started_with(newer: Callable[..., Served]) -> None:
    twin = newer(columns="4.0")
    conf = twin.directory / "hosts" / B / "starrocks" / "be" / "conf" / "be.conf"
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for share in (60, 50):
        conf.write_text(conf.read_text().replace("mem_limit=60%", f"mem_limit={share}%"))
        say(twin, B, f"{STOP} && {START}")
        twin.until(lambda: twin.pid(B))
        twin.advance(20)
        assert twin.backend(B)["MemLimit"] == f"{memory * share * 9 // 1000 / 1024**3:.3f}GB"


def test_a_quick_restart_shows_in_the_start_time_only(twin: Served) -> None:
    before = twin.backend(B)
    say(twin, B, f"{STOP} && {START}")
    twin.until(lambda: twin.pid(B))
    twin.advance(14)
    row = twin.backend(B)
    assert (row["Alive"], row["BackendId"]) == ("true", before["BackendId"])
    twin.advance(5)
    assert twin.backend(B)["LastStartTime"] > before["LastStartTime"]
    told = [event["what"] for event in twin.call("events")["events"] if f"be on {B}" in event["what"]]
    assert told == [f"be on {B} ended", f"be on {B} started, version 3.3.3-312ed45"]


def test_other_files_are_another_version(twin: Served) -> None:
    home = twin.home(B)
    say(twin, B, f"cd stage && tar xzf {twin.ssh['packages']}/StarRocks-3.3.9.tar.gz && {STOP}")
    say(twin, B, f"cd {home} && mkdir old && mv bin lib www old/ && cp -r ~/stage/StarRocks-3.3.9/be/* .", "be")
    assert twin.at(B, f"{home}/bin/show_be_version.sh").out.startswith("3.3.9-")
    twin.advance(30)
    assert twin.backend(B)["Version"] == "3.3.3-312ed45"
    say(twin, B, START)
    started(twin, B)
    assert twin.backend(B)["Version"] == twin.at(B, f"cat {home}/lib/VERSION").out.strip() != "3.3.3-312ed45"


def test_a_fault_that_puts_another_build_there_shows_on_the_disk(twin: Served) -> None:
    twin.fault("host", host=B, version="3.3.8-0123abc")
    assert say(twin, B, "{home}/bin/show_be_version.sh").startswith("3.3.8-0123abc\n")
    say(twin, B, f"{STOP} && {START}")
    started(twin, B)
    assert twin.backend(B)["Version"] == "3.3.8-0123abc"


def test_a_leader_that_stops_is_followed_by_another(twin: Served) -> None:
    assert twin.frontend(A)["Role"] == "LEADER"
    say(twin, A, STOP, "fe")
    stopped(twin, A, "fe")
    twin.advance(30)
    assert (twin.frontend(A)["Alive"], twin.frontend(C)["Role"]) == ("false", "LEADER")
    say(twin, A, START, "fe")
    started(twin, A, "fe")
    assert (twin.frontend(A)["Alive"], twin.frontend(A)["Role"]) == ("true", "FOLLOWER")


def test_what_a_fault_stops_and_starts_really_stops_and_starts(twin: Served) -> None:
    first = twin.pid(B)
    twin.fault("be_down", at=B)
    twin.until(lambda: not alive(first))
    twin.fault("be_up", at=B)
    twin.advance(1)
    second = twin.until(lambda: twin.pid(B))
    leader = twin.pid(A, "fe")
    twin.fault("fe_restart", fe=A, down_s=20)
    twin.until(lambda: not alive(leader))
    twin.advance(30)
    assert twin.until(lambda: twin.pid(A, "fe")) != leader
    twin.advance(30)
    assert (twin.backend(B)["Alive"], twin.frontend(A)["Alive"]) == ("true", "true")
    assert alive(second)


def test_a_node_that_is_stopped_before_its_process_could_speak(twin: Served) -> None:
    twin.fault("be_down", at=B)
    stopped(twin, B)
    say(twin, B, "sed -i '1i while [ ! -e {home}/go ]; do sleep 0.01; done' {home}/lib/starrocks_be.body")
    twin.fault("be_up", at=B)
    twin.advance(1)
    twin.fault("be_down", at=B)
    say(twin, B, "touch {home}/go")
    twin.until(lambda: "stopped again" in twin.at(B, f"cat {twin.home(B)}/log/be.out").out)
    assert (twin.pid(B), twin.up(B)) == (0, False)


def test_a_node_that_is_dropped_lives_on(twin: Served) -> None:
    pid = twin.pid(B)
    twin.call("sql", sql=f'ALTER SYSTEM DROP BACKEND "{B}:9050" FORCE')
    assert alive(pid)
    say(twin, B, STOP)
    twin.until(lambda: not twin.pid(B))
    twin.call("sql", sql=f'ALTER SYSTEM ADD BACKEND "{B}:9050"')
    twin.advance(30)
    assert "refused" in twin.backend(B)["ErrMsg"]
    say(twin, B, START)
    started(twin, B)
    assert twin.backend(B)["Alive"] == "true"


def test_a_reset_is_a_fresh_start(twin: Served) -> None:
    before = twin.pids()
    say(twin, B, f"{STOP}; echo 9.9.9-x > {{home}}/lib/VERSION; touch leftover")
    job = int(say(twin, B, "setsid sleep 600 >/dev/null 2>&1 </dev/null & echo $!"))
    twin.fault("host_unreachable", host=B)
    twin.call("reset")
    after = twin.pids()
    assert len(after) == len(before) == 9
    assert not set(before) & set(after) and not any(alive(pid) for pid in [job, *before])
    assert say(twin, B, "cat {home}/lib/VERSION; ls") == "3.3.3-312ed45\nbackup\njava\nstage\nstarrocks\n"
    twin.advance(30)
    assert {row["Alive"] for row in twin.rows("SHOW BACKENDS")} == {"true"}


def test_a_host_that_nobody_described_runs_what_is_added_there(twin: Served) -> None:
    host = "10.84.9.9"
    twin.call("sql", sql=f'ALTER SYSTEM ADD BACKEND "{host}:9050"')
    twin.advance(10)
    pid = twin.until(lambda: twin.pid(host))
    assert (twin.backend(host)["Alive"], alive(pid)) == ("true", True)


def test_a_process_that_cannot_start_takes_its_node_down(twin: Served) -> None:
    """A fault that restarts it finds half of the files gone, or a conf file that ends the start."""
    say(twin, B, "mv {home}/lib {home}/lib.bak")
    say(twin, C, "sed -i /^NETWORKS/d {home}/conf/be.conf; echo 'x = ${{NOBODY_SET_THIS}}' >> {home}/conf/be.conf")
    for host in (B, C):
        twin.fault("be_restart", at=host, down_s=1)
    twin.advance(2)
    twin.until(lambda: not twin.up(C))
    twin.advance(30)
    assert (twin.backend(B)["Alive"], twin.backend(C)["Alive"]) == ("false", "false")
    assert not twin.pid(B) and not twin.pid(C)


def test_the_demo_house_tells_the_bot_where_the_hosts_are(twin: Served, tmp_path: Path) -> None:
    house = House(tmp_path, hosts=True)
    house.twin = twin.ready
    hosts = tomllib.loads(house.config())["clusters"]["demo"]["hosts"]
    assert (hosts["driver"], hosts["user"], hosts["be_home"]) == ("ssh", "starrocks", twin.home(A))
    assert hosts["via"][B] == f"127.0.0.1:{twin.ssh['ports'][B]}"
    assert hosts["homes"][B] == {process: twin.home(B, process) for process in ("be", "fe", "cn", "stage", "backup")}
    house.twin = {**twin.ready, "ssh": {}}
    assert "hosts" not in tomllib.loads(house.config())["clusters"]["demo"]


def test_a_directory_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis").write_text("all of it")
    ended = subprocess.run(
        [sys.executable, "-m", "workers.twin", "--hosts", str(tmp_path), "--ready-file", str(tmp_path / "ready")],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=LIMIT_S,
    )  # fmt: skip
    assert ended.returncode != 0
    assert ended.stderr == f"{tmp_path} is not empty and no twin made it: name another directory\n"
    assert (tmp_path / "thesis").read_text() == "all of it"


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_behind(tmp_path: Path, end: signal.Signals) -> None:
    served = Served(tmp_path, "three-be")
    pids = served.pids()
    assert len(pids) == 6 and all(alive(pid) for pid in pids)
    job = int(served.at("10.86.0.1", "setsid sleep 300 >/dev/null 2>&1 </dev/null & echo $!").out)
    served.process.send_signal(end)
    served.process.wait(timeout=10)
    served.until(lambda: not any(alive(pid) for pid in pids))
    if end is signal.SIGTERM:
        assert not alive(job)
    else:
        os.kill(job, signal.SIGKILL)


NEW = "10.84.99.2"


@pytest.mark.parametrize("helper", ["", "--helper 10.84.0.12:9020", "--helper 10.84.0.77:9010"])
def test_a_frontend_without_metadata_and_without_its_helper_joins_nobody(twin: Served, helper: str) -> None:
    twin.call("sql", sql=f'ALTER SYSTEM ADD FOLLOWER "{NEW}:9010"')
    say(twin, NEW, f"{{home}}/bin/start_fe.sh {helper} --daemon", "fe")
    out = Path(twin.home(NEW, "fe")) / "log" / "fe.out"
    twin.until(lambda: out.exists() and ("of its own" in out.read_text() or "cannot get version file" in out.read_text()))
    twin.advance(60)
    assert not twin.pid(NEW, "fe") and not twin.up(NEW, "fe")
    assert list((Path(twin.home(NEW, "fe")) / "meta").iterdir()) == []


def test_a_frontend_reads_its_helper_at_its_first_start_only(twin: Served) -> None:
    twin.call("sql", sql=f'ALTER SYSTEM ADD FOLLOWER "{NEW}:9010"')
    say(twin, NEW, "{home}/bin/start_fe.sh --helper 10.84.0.12:9010 --daemon", "fe")
    started(twin, NEW, "fe")
    twin.advance(60)
    assert twin.frontend(NEW)["Alive"] == "true"
    say(twin, NEW, "{home}/bin/stop_fe.sh", "fe")
    stopped(twin, NEW, "fe")
    say(twin, NEW, "{home}/bin/start_fe.sh --daemon", "fe")
    started(twin, NEW, "fe")
    assert twin.up(NEW, "fe")


def test_a_new_backend_writes_down_whose_it_is_once_it_is_listed(twin: Served) -> None:
    written = Path(twin.home(NEW)) / "storage" / "cluster_id"
    assert (Path(twin.home(B)) / "storage" / "cluster_id").read_text() == "510224456-3.3.3-312ed45"
    twin.call("sql", sql=f'ALTER SYSTEM ADD BACKEND "{NEW}:9050"')
    assert not written.exists()
    say(twin, NEW, START)
    started(twin, NEW)
    assert written.read_text().startswith("510224456-")
