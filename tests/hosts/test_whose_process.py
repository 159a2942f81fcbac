"""Which process is the node's: two installations, two roles, two accounts, links, and programs that merely look at it."""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from policies.acts import (
    BackUpMeta,
    EditConf,
    HostAct,
    RestartProcess,
    SetStorage,
    StartProcess,
    StopProcess,
    SwapPackage,
)
from policies.address import Address
from policies.cluster import NodeKind
from policies.hosts import JobState
from tests.hosts.fake_starrocks import install, meta
from tests.hosts.rig import BE, FE, HOST, KINDS, Rig, alive

RESTART = RestartProcess(role=NodeKind.BACKEND, address=BE)
STOP = StopProcess(role=NodeKind.BACKEND, address=BE)


def test_another_installation_on_the_host_is_let_be(rig: Rig) -> None:
    other = install(rig.server.root / "opt" / "be2", "be", "3.3.3")
    rig.with_backend().running()
    first, rig.be = rig.be, other
    assert rig.pid() is None
    second = rig.running().pid()
    assert rig.do(STOP).state is JobState.DONE
    rig.be = first
    assert rig.pid() not in {None, second}


SECOND = Address(host=HOST, port=9051)
NOT_ITS_HOME = "is the home of :9050, not of :9051"


@pytest.mark.parametrize(
    "act",
    [
        StopProcess(role=NodeKind.BACKEND, address=SECOND), RestartProcess(role=NodeKind.BACKEND, address=SECOND),
        StartProcess(role=NodeKind.BACKEND, address=SECOND), SwapPackage(role=NodeKind.BACKEND, address=SECOND, version="3.3.9", old="3.3.3"),
        EditConf(role=NodeKind.BACKEND, address=SECOND, key="mem_limit", value="70%", old="80%"),
        SetStorage(role=NodeKind.BACKEND, address=SECOND, path="/data9", old="/data1;/data2"),
    ],
    ids=lambda act: act.kind,
)  # fmt: skip
def test_a_home_that_is_another_nodes(rig: Rig, act: HostAct) -> None:
    """Settings that know one home for a host would give it to both of its backends."""
    rig.with_backend()
    pid = None if isinstance(act, SetStorage | StartProcess) else rig.running().pid()
    before = (rig.be / "conf" / "be.conf").read_bytes()
    job = rig.do(act)
    assert job.state is JobState.FAILED and job.said == f"{rig.be} {NOT_ITS_HOME}: nothing was changed"
    assert rig.pid() == pid and (rig.be / "conf" / "be.conf").read_bytes() == before


def test_the_metadata_of_another_frontend_is_not_copied(rig: Rig) -> None:
    meta(rig.with_frontend().fe)
    job = rig.do(BackUpMeta(role=NodeKind.FOLLOWER, address=Address(host=HOST, port=9011), label="x", keep=5))
    assert job.state is JobState.FAILED and job.said == f"{rig.fe} is the home of :9010, not of :9011: nothing was copied"


def test_a_look_does_not_show_the_process_of_another_node(rig: Rig) -> None:
    pid = rig.with_backend().running().pid()
    kinds = {BE: NodeKind.BACKEND, SECOND: NodeKind.BACKEND}
    first, second = rig.driver().look(kinds, survey=True)
    assert first.process and first.process.pid == pid and not first.trouble
    assert second.process is None and second.trouble.startswith(f"On {HOST}, {rig.be} {NOT_ITS_HOME}: ")
    assert first.survey and second.survey and (first.survey.conf_read, second.survey.conf_read) == (True, None)
    rig.do(STOP)
    assert [(look.process, look.trouble) for look in rig.driver().look(kinds)] == [(None, "")] * 2


@pytest.mark.parametrize(("line", "of"), [("heartbeat_service_port = 9051", SECOND), ("heartbeat_service_port=${PORT}", BE), ("", BE)])
def test_the_port_of_a_home_is_what_its_conf_says(rig: Rig, line: str, of: Address) -> None:
    """The last line counts; what only the environment tells is believed; without a line it is StarRocks' own."""
    conf = rig.with_backend().be / "conf" / "be.conf"
    conf.write_text(f"{conf.read_text()}heartbeat_service_port = 9055\r\n{line}\n" if line else conf.read_text())
    job = rig.do(StartProcess(role=NodeKind.BACKEND, address=of))
    assert job.state is JobState.DONE, rig.log(job.id)


def test_who_merely_looks_at_the_binary_is_no_backend(rig: Rig) -> None:
    rig.with_backend()
    viewer = subprocess.Popen(["tail", "-f", str(rig.be / "lib" / "starrocks_be")], cwd=rig.be, stdout=subprocess.DEVNULL)
    searcher = subprocess.Popen(["grep", "com.starrocks.StarRocksFE"], cwd=rig.be, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        assert [look.process for look in rig.with_frontend().driver().look(KINDS)] == [None, None]
    finally:
        for process in (viewer, searcher):
            process.kill()
            process.communicate()


@pytest.fixture
def errand(rig: Rig) -> Iterator[Callable[[str], int]]:
    """Runs the backend's own program for another end, as show_be_version.sh and meta_tool.sh do; it does not end by itself."""
    processes = []

    def run(word: str) -> int:
        program = rig.be / "lib" / "starrocks_be"
        program.unlink()
        shutil.copy(shutil.which("tail") or "", program)
        command = [program, "-f", "/dev/null", "--", word]
        processes.append(subprocess.Popen(command, cwd=rig.be, stderr=subprocess.DEVNULL, env={"STARROCKS_HOME": str(rig.server.root)}))
        return processes[-1].pid

    yield run
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.parametrize("word", ["--version", "-v"])
def test_a_version_check_is_no_backend(rig: Rig, errand: Callable[[str], int], word: str) -> None:
    """A look that surveys runs one, whatever jobs do meanwhile."""
    before = rig.with_backend().running().pid()
    asking = errand(word)
    (rig.be / "bin" / "be.pid").unlink()
    assert rig.pid() == before
    assert rig.do(STOP).said == f"process {before} is gone" and alive(asking)
    assert rig.do(STOP).said == "no process of the backend runs"
    program = rig.be / "lib" / "starrocks_be"
    program.unlink()
    shutil.copy(shutil.which("sleep") or "", program)
    assert rig.do(StartProcess(role=NodeKind.BACKEND, address=BE)).said == f"process {rig.pid()} runs" and rig.pid() != asking


@pytest.mark.parametrize(
    "act", [STOP, RESTART, StartProcess(role=NodeKind.BACKEND, address=BE), SwapPackage(role=NodeKind.BACKEND, address=BE, version="3.3.9", old="3.3.3")],
    ids=lambda act: act.kind,
)  # fmt: skip
def test_somebody_works_with_the_meta_tool(rig: Rig, errand: Callable[[str], int], act: HostAct) -> None:
    """It is neither the node nor in its way for long: nobody kills it, or opens the same storage beside it."""
    rig.with_backend()
    before = None if isinstance(act, StartProcess) else rig.running().pid()
    working = errand("meta_tool")
    assert rig.pid() == before
    job = rig.do(act)
    assert job.state is JobState.FAILED and job.said == f"starrocks_be meta_tool runs as process {working}: wait for it"
    assert alive(working) and rig.pid() == before and not rig.look().unfinished


def test_a_home_that_is_a_link(rig: Rig) -> None:
    """`current -> StarRocks-3.3.3`: the process shows the versioned directory."""
    install(rig.server.root / "opt" / "StarRocks-3.3.3", "be", "3.3.3")
    rig.be.symlink_to("StarRocks-3.3.3")
    before = rig.running().pid()
    assert rig.do(RESTART).state is JobState.DONE
    assert rig.pid() not in {None, before}


@pytest.mark.parametrize("said", ["itself", "a link to it", "another home", ""])
def test_a_program_that_lies_elsewhere_belongs_where_it_says(rig: Rig, said: str) -> None:
    """lib/ may be a link to a versioned directory; STARROCKS_HOME tells, however it is written."""
    rig.with_backend()
    link, program = rig.server.root / "opt" / "link", rig.server.root / "opt" / "versions" / "starrocks_be"
    link.symlink_to(rig.be)
    program.parent.mkdir()
    shutil.copy(shutil.which("tail") or "", program)
    homes = {"itself": rig.be, "a link to it": link, "another home": rig.server.root}
    environment = {"STARROCKS_HOME": str(homes[said])} if said else {}
    node = subprocess.Popen([program, "-f", "/dev/null"], cwd="/", env=environment)
    try:
        assert rig.pid() == (node.pid if said in {"itself", "a link to it"} else None)
    finally:
        node.kill()
        node.wait()


def test_backend_and_compute_node_of_one_directory(rig: Rig) -> None:
    """They are one program: the backend's pid file, and `--cn`, tell them apart."""
    rig.with_backend().running()
    cn = Address(host=HOST, port=9052)
    (look,) = rig.driver(cn_home=str(rig.be)).look({cn: NodeKind.COMPUTE_NODE})
    assert look.process is None
    program = str(rig.be / "lib" / "starrocks_be")
    (rig.be / "bin" / "be.pid").unlink()
    assert rig.pid()  # found by its directory alone
    rig.do(STOP)
    Path(program).unlink()
    shutil.copy(shutil.which("tail") or "", program)
    node = subprocess.Popen([program, "-f", "/dev/null", "--", "--cn"], cwd=rig.be, stderr=subprocess.DEVNULL)
    try:
        assert rig.pid() is None
        (look,) = rig.driver(cn_home=str(rig.be)).look({cn: NodeKind.COMPUTE_NODE})
        assert look.process and look.process.pid == node.pid
    finally:
        node.kill()
        node.wait()


def test_compute_node(rig: Rig) -> None:
    install(rig.server.root / "opt" / "cn", "be", "3.3.3")
    cn = Address(host=HOST, port=9052)
    driver = rig.driver(cn_home=str(rig.server.root / "opt" / "cn"))
    for act in (StartProcess, RestartProcess):
        driver.begin(f"cn-{act.__name__.lower()}", act(role=NodeKind.COMPUTE_NODE, address=cn))
        assert rig.ended(f"cn-{act.__name__.lower()}").state is JobState.DONE
    (look,) = driver.look({cn: NodeKind.COMPUTE_NODE})
    assert look.process and (rig.server.root / "opt" / "cn" / "bin" / "cn.pid").read_text().strip() == str(look.process.pid)


def test_processes_of_other_accounts_cannot_be_seen_at_all(rig: Rig) -> None:
    """hidepid: what listens at the node's port may be the node, so nothing is exchanged or started under it."""
    rig.with_backend().server.stub("cat", '[ "$1" != /proc/1/stat ] || exit 1; exec /bin/cat "$@"')
    with socket.create_server(("127.0.0.1", 0)) as listener:
        node = Address(host=HOST, port=listener.getsockname()[1])
        with (rig.be / "conf" / "be.conf").open("a") as conf:
            conf.write(f"heartbeat_service_port = {node.port}\n")
        (look,) = rig.driver().look({node: NodeKind.BACKEND})
        assert look.process is None and f"something listens on port {node.port}" in look.trouble
        for act in (StartProcess, StopProcess, RestartProcess):
            job = rig.do(act(role=NodeKind.BACKEND, address=node))
            assert job.state is JobState.FAILED and "(hidepid): log in as its owner" in job.said
    (look,) = rig.driver().look({node: NodeKind.BACKEND})
    assert look.process is None and not look.trouble
    assert rig.do(StartProcess(role=NodeKind.BACKEND, address=node)).state is JobState.DONE


@pytest.mark.skipif(os.getuid() != 0, reason="only root can start a process of another account")
@pytest.mark.parametrize("address", [BE, FE], ids=["be", "fe"])
def test_a_process_of_another_account(rig: Rig, address: Address) -> None:
    """Neither taken for nothing, nor started a second time."""
    rig.with_backend().with_frontend().running(address)
    rig.server.account = ("setpriv", "--reuid=65534", "--clear-groups")
    for directory in [rig.server.root, *rig.server.root.parents]:
        if directory.owner() == "root" and str(directory).startswith("/tmp/"):
            directory.chmod(0o711)
    for directory in (rig.account, rig.server.root / "tmp", rig.be, rig.be / "bin", rig.be / "log", rig.fe, rig.fe / "bin", rig.fe / "log"):
        shutil.chown(directory, 65534)
    look = rig.look(address)
    assert look.process is None and "of root may be it, and nobody cannot see that: log in as its owner" in look.trouble
    for act in (StartProcess, StopProcess):
        job = rig.do(act(role=KINDS[address], address=address))
        assert job.state is JobState.FAILED and "log in as its owner" in job.said
