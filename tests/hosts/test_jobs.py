"""Jobs by id: begun at most once, whatever happens to the link; and what a look says of them afterwards."""

import getpass
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from policies.acts import RestartProcess, StartProcess, StopProcess
from policies.address import Address
from policies.cluster import NodeKind
from policies.hosts import JobState
from tests.hosts.rig import BE, FE, HOST, KINDS, Rig, alive
from workers.hosts import HostOutcomeUnknown, HostRefused

START = StartProcess(role=NodeKind.BACKEND, address=BE)
RESTART = RestartProcess(role=NodeKind.BACKEND, address=BE)


def state(rig: Rig, job: str) -> JobState:
    return rig.look(BE, job).jobs[job].state


def restarts(rig: Rig) -> int:
    return (rig.be / "log" / "be.out").read_text().count("start time")


def test_never_begun(rig: Rig) -> None:
    assert state(rig.with_backend(), "op-7.3") is JobState.ABSENT


def test_begun_twice_is_begun_once(rig: Rig) -> None:
    rig.with_backend().running()
    rig.do(RESTART, "twice")
    rig.do(RESTART, "twice")
    assert restarts(rig) == 2


def test_begun_by_many_at_once_is_begun_once(rig: Rig) -> None:
    rig.with_backend().running()
    rig.server.stub("mv", 'case $2 in */script.*) /bin/sleep 0.5 ;; esac; exec /bin/mv "$@"')
    rig.server.stub("setsid", f'echo begun >> {rig.directory}/begun; exec /usr/bin/setsid "$@"')
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: rig.driver().begin("race", RESTART), range(6)))
    assert rig.ended("race").state is JobState.DONE
    assert (rig.directory / "begun").read_text() == "begun\n" and restarts(rig) == 2


def test_link_cut_before_it_was_begun(rig: Rig) -> None:
    rig.with_backend().server.next_fault = "cut_before"
    with pytest.raises(HostOutcomeUnknown, match="cut"):
        rig.driver().begin("cut", START)
    assert state(rig, "cut") is JobState.ABSENT
    assert rig.do(START, "cut").state is JobState.DONE


@pytest.mark.parametrize("missing", [1, 2, 3, 5, 8, 13, 20, 30, 60, 200])
def test_a_part_of_a_script_does_nothing(rig: Rig, missing: int) -> None:
    rig.with_backend().server.next_fault = f"cut_sent:{missing}"
    with pytest.raises(HostOutcomeUnknown, match="cut"):
        rig.driver().begin("cut", START)
    assert state(rig, "cut") is JobState.ABSENT and not (rig.account / ".sr").exists()


def test_link_cut_after_it_was_begun(rig: Rig) -> None:
    rig.with_backend().running()
    rig.server.next_fault = "cut_after"
    with pytest.raises(HostOutcomeUnknown):
        rig.driver().begin("cut", RESTART)
    rig.driver().begin("cut", RESTART)
    assert rig.ended("cut").state is JobState.DONE
    assert restarts(rig) == 2


def test_a_host_that_does_not_answer(rig: Rig) -> None:
    rig.with_backend().server.next_fault = "hang"
    began = time.monotonic()
    with pytest.raises(HostOutcomeUnknown, match="did not answer within"):
        rig.driver(command_timeout_s=0.5).begin("slow", START)
    assert time.monotonic() - began < 5


def test_an_answer_that_is_cut_is_no_look(rig: Rig) -> None:
    rig.with_backend().running()
    rig.server.next_fault = "cut_after"
    look = rig.look(BE, "x")
    assert look.trouble and look.process is None and not look.jobs


def test_killed_in_the_middle(rig: Rig) -> None:
    rig.with_backend().running()
    (rig.be / "faults" / "ignores_term").touch()
    rig.do(RESTART)
    rig.driver().begin("doomed", RESTART)
    pid = int(rig.wait(lambda: _text(rig, "doomed", "pid")).split()[0])
    assert state(rig, "doomed") is JobState.RUNNING
    os.killpg(pid, 9)
    rig.wait(lambda: not alive(pid))
    assert state(rig, "doomed") is JobState.LOST
    assert rig.do(StopProcess(role=NodeKind.BACKEND, address=BE, graceful=False)).state is JobState.DONE


@pytest.mark.parametrize("field", [1, 2], ids=["pid_reused", "host_rebooted"])
def test_a_pid_proves_nothing_after_a_reboot(rig: Rig, field: int) -> None:
    """The pid lives, but it began at another time, or in another boot: the job is lost."""
    rig.with_backend()
    directory = rig.jobs / "old"
    (directory / "begun").mkdir(parents=True)
    ticks = Path(f"/proc/{os.getpid()}/stat").read_text().rpartition(")")[2].split()[19]
    words = [str(os.getpid()), ticks, Path("/proc/sys/kernel/random/boot_id").read_text().strip()]
    (directory / "pid").write_text(" ".join(words))
    assert state(rig, "old") is JobState.RUNNING
    words[field] = "1"
    (directory / "pid").write_text(" ".join(words))
    assert state(rig, "old") is JobState.LOST


def test_begun_and_never_seen_again(rig: Rig) -> None:
    """Between `begun` and `pid` lies a moment; after that the job never came to life."""
    rig.with_backend()
    begun = rig.jobs / "young" / "begun"
    begun.mkdir(parents=True)
    assert state(rig, "young") is JobState.RUNNING
    os.utime(begun, (time.time() - 60, time.time() - 60))
    assert state(rig, "young") is JobState.LOST


def test_an_exit_code_that_is_none(rig: Rig) -> None:
    rig.with_backend()
    directory = rig.jobs / "odd"
    (directory / "begun").mkdir(parents=True)
    (directory / "rc").write_text("killed\n")
    assert state(rig, "odd") is JobState.LOST


def test_only_marked_lines_are_for_people(rig: Rig) -> None:
    rig.with_backend()
    directory = rig.jobs / "chatty"
    (directory / "begun").mkdir(parents=True)
    (directory / "rc").write_text("4\n")
    (directory / "log").write_bytes("sr: first\nnoise\nsr: la\x1b[31mst <!channel> \u2028 end\nnoise again\n".encode())
    job = rig.look(BE, "chatty").jobs["chatty"]
    assert (job.state, job.exit_code, job.said) == (JobState.FAILED, 4, "la [31mst <!channel>   end")


def test_private_and_swept(rig: Rig) -> None:
    rig.with_backend()
    old, young = (rig.jobs / name for name in ("old", "young"))
    for directory, days in ((old, 31), (young, 29)):
        directory.mkdir(parents=True)
        os.utime(directory, (time.time() - days * 86400,) * 2)
    rig.do(START, "new")
    assert not old.exists() and young.exists()
    assert (rig.jobs / "new").stat().st_mode & 0o777 == 0o700


def test_what_is_started_has_the_accounts_own_mask(rig: Rig) -> None:
    """Jobs are private, the process and its logs are as the account makes them."""
    rig.with_backend().do(START)
    assert (rig.be / "log" / "be.out").stat().st_mode & 0o044 == 0o044


@pytest.mark.parametrize("job", ["", "..", "a/b", "A", "x" * 121, "a b", "a\nb", "-rf", "a..b"])
def test_ids_that_are_none(rig: Rig, job: str) -> None:
    with pytest.raises(HostRefused):
        rig.driver().begin(job, START)
    with pytest.raises(HostRefused):
        rig.driver().look({BE: NodeKind.BACKEND}, (job,))
    assert rig.server.connections == 0


def test_two_jobs_on_one_installation(rig: Rig) -> None:
    """The second one does not wait for ever, and does nothing."""
    rig.with_backend().running()
    (rig.be / "faults" / "ignores_term").touch()
    rig.do(RESTART)
    rig.driver().begin("first", RESTART)
    rig.wait(lambda: "SIGTERM" in (_text(rig, "first", "log") or ""))
    rig.server.stub("flock", 'exec /usr/bin/flock -n "$3"')
    second = rig.do(RESTART, "second")
    assert second.state is JobState.FAILED and "another job holds" in second.said
    assert state(rig, "first") is JobState.RUNNING


def test_one_login_for_a_look_at_everything_on_a_host(rig: Rig) -> None:
    rig.with_backend().running().with_frontend().running(FE)
    before = rig.server.connections
    looks = rig.driver().look(KINDS, ("a", "b", "c"), survey=True)
    assert rig.server.connections == before + 1
    assert [look.address for look in looks] == [BE, FE] and all(look.process and look.survey for look in looks)
    assert set(looks[0].jobs) == {"a", "b", "c"}


def test_a_role_without_a_home(rig: Rig) -> None:
    node = Address(host=HOST, port=9050)
    homeless, other = rig.with_frontend().driver().look({node: NodeKind.COMPUTE_NODE, FE: NodeKind.FOLLOWER})
    assert "no cn_home" in homeless.trouble and not other.trouble
    with pytest.raises(HostRefused, match="no cn_home"):
        rig.driver().begin("x", StartProcess(role=NodeKind.COMPUTE_NODE, address=node))


def test_a_host_without_the_tools(rig: Rig) -> None:
    rig.with_backend()
    rig.server.shell_environment["PATH"] = str(rig.server.stubs)
    for tool in ("id", "mkdir", "chmod", "sed", "mv", "rm", "cat"):
        (rig.server.stubs / tool).symlink_to(f"/bin/{tool}" if tool != "id" else "/usr/bin/id")
    with pytest.raises(HostRefused, match="the host has no setsid"):
        rig.driver().begin("x", START)


IN_A_SESSION = '[ "$*" != /proc/self/cgroup ] || { echo "0::/user.slice/user-1000.slice/session-7.scope"; exit; }; exec /bin/cat "$@"'


@pytest.mark.parametrize(
    ("kills", "excluded", "linger", "manager", "begins"),
    [
        ("false", "as 0", "no", "exit 1", "as ever"),
        ("true", f'as 2 "root" "{getpass.getuser()}"', "no", "exit 1", "as ever"),
        ("true", 'as 1 "somebody"', "no", "exec", "not"),
        ("true", 'as 1 "somebody"', "yes", "exit 1", "not"),
        ("true", 'as 1 "somebody"', "yes", "exec", "apart"),
    ],
)
def test_a_logind_that_ends_what_a_session_leaves(rig: Rig, kills: str, excluded: str, linger: str, manager: str, begins: str) -> None:
    """setsid does not lead out of the session's scope: the job would end in the middle of a swap, when the link is closed."""
    rig.with_backend()
    apart = rig.server.root / "apart"
    rig.server.stub("cat", IN_A_SESSION)
    rig.server.stub("busctl", f"""case $5 in KillUserProcesses) echo 'b {kills}';; KillExcludeUsers) echo '{excluded}';; *) echo 'as 0';; esac""")
    rig.server.stub("loginctl", f"[ \"$*\" = 'show-user {getpass.getuser()} -p Linger' ] && echo Linger={linger}")
    rig.server.stub("systemd-run", f"""[ "$1 $2 $3" = '--user --scope --quiet' ] || exit 1
shift 3; {manager if manager != "exec" else f'echo "$1" >> {apart}; exec "$@"'}""")
    if begins == "not":
        with pytest.raises(HostRefused, match=r"KillUserProcesses=yes.*loginctl enable-linger"):
            rig.driver().begin("kept", START)
        assert state(rig, "kept") is JobState.ABSENT
    else:
        assert rig.do(START, "kept").state is JobState.DONE
        assert (apart.read_text().split() if apart.exists() else []) == (["true", "setsid"] if begins == "apart" else [])


@pytest.mark.parametrize("named_by", ["machine-id", "uname"])
def test_hosts_that_share_the_accounts_home(rig: Rig, named_by: str) -> None:
    """A package's jobs have one id on all hosts: what one has begun is not begun on the others."""
    rig.with_backend()
    this = rig.jobs
    rig.do(START, "shared")
    cut = 'printf "%s\\n" fedcba9876543210' if named_by == "machine-id" else "exit 1"
    rig.server.stub("cut", f'case $* in *machine-id) {cut}; exit;; esac; exec /usr/bin/cut "$@"')
    rig.server.stub("uname", "echo be-2")
    assert state(rig, "shared") is JobState.ABSENT
    rig.jobs = this.parent / ("fedcba9876543210" if named_by == "machine-id" else "be-2")
    assert rig.do(START, "shared").state is JobState.DONE
    assert rig.log("shared").startswith("sr: the backend runs already") and (this / "shared" / "begun").exists()


def test_an_account_that_may_not_write(rig: Rig) -> None:
    rig.with_backend()
    (rig.account / ".sr").write_text("a file")
    with pytest.raises(HostRefused, match=r"cannot make .*\.sr/jobs/[^/]*/x"):
        rig.driver().begin("x", START)


def _text(rig: Rig, job: str, name: str) -> str:
    path = rig.jobs / job / name
    return path.read_text() if path.exists() else ""
