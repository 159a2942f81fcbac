"""Restarting, stopping and starting nodes where people do the work on hosts: asked for, and seen on the cluster."""

import pytest

from tests.stories.scene import ALICE, TARGET, Scene

pytestmark = pytest.mark.story

BE_DOWN = "ADMIN SHOW FRONTEND CONFIG LIKE 'tablet_sched_be_down_tolerate_time_s'"


def test_a_backend_is_restarted_by_a_person(scene: Scene) -> None:
    ts = scene.ask(f"/sr restart be {TARGET}")
    scene.press(ts, "approve")
    asked = scene.told(ts, "Please restart the BE process on 10.84.0.18")
    assert "bin/stop_be.sh" in asked and "bin/start_be.sh --daemon" in asked
    scene.fault("be_down", at=TARGET)
    scene.fault("be_up", at=TARGET)
    scene.told(ts, "has restarted: alive")
    scene.told(ts, "at rest again")
    scene.told(ts, "Done in")
    scene.in_order(ts)
    lists = [s["sql"] for s in scene.twin("log")["statements"] if "BLACKLIST" in s["sql"] and not s["sql"].startswith("SHOW")]
    assert lists == ["ADD BACKEND BLACKLIST 10003"] * 4 + ["DELETE BACKEND BLACKLIST 10003"] * 4
    assert scene.twin("sql", {"sql": BE_DOWN})["rows"][0][2] == "900"
    lent = [s["sql"] for s in scene.twin("log")["statements"] if s["sql"].startswith("ADMIN SET")]
    assert len(lent) == 2 and "3600" in lent[0] and "900" in lent[1]


def blacklisting(scene: Scene, verb: str) -> list[str]:
    """The frontends that were told, in order."""
    return [s["fe"] for s in scene.twin("log")["statements"] if s["sql"] == f"{verb} BACKEND BLACKLIST 10003"]


def test_a_frontend_that_forgets_its_blacklist_at_once_is_told_again(scene: Scene) -> None:
    """It restarts by itself between the statement and the look, whose answers are slow enough for that."""
    forgetful = "10.84.91.18"
    ts = scene.ask(f"/sr restart be {TARGET}")
    scene.fault("slow_statements", ms=350.0, matching="SHOW BACKEND BLACKLIST")
    scene.press(ts, "approve")
    scene.wait(lambda: len(blacklisting(scene, "ADD")) == 4)
    scene.fault("fe_restart", fe=forgetful, down_s=20.0)
    scene.told(ts, "StarRocks accepted the statement.")
    scene.fault("slow_statements", ms=0.0)
    assert "10.84.0.18:9050 is on the blacklist of 4 frontends" in scene.told(ts, "is on the blacklist")
    scene.told(ts, "Please restart the BE process on 10.84.0.18")
    told = blacklisting(scene, "ADD")
    assert len(told) == 8 and told.count(forgetful) == 2
    asked = {"sql": "SHOW BACKEND BLACKLIST", "fe": forgetful}
    assert [row[0] for row in scene.twin("sql", asked)["rows"]] == ["10003"]
    scene.press(ts, "abort", ALICE)
    scene.told(ts, "10.84.0.18:9050 runs")
    assert scene.twin("sql", asked)["rows"] == []
    scene.in_order(ts)


def test_a_backend_is_not_restarted_while_another_is_down(scene: Scene) -> None:
    scene.fault("be_down", at="10.84.0.19:9050")
    scene.twin("advance", {"seconds": 60})
    scene.type(f"/sr restart be {TARGET}")
    assert "without a readable replica" in scene.private(ALICE, "10.84.0.19:9050 is not alive")


def test_a_backend_that_stays_down_is_left_to_people(scene: Scene) -> None:
    ts = scene.ask(f"/sr stop be {TARGET}")
    scene.press(ts, "approve")
    scene.told(ts, "Please stop the BE process on 10.84.0.18")
    scene.fault("be_down", at=TARGET)
    scene.told(ts, "Done in")
    again = scene.ask(f"/sr start be {TARGET}", nth=1)
    scene.press(again, "approve")
    scene.told(again, "Please start the BE process on 10.84.0.18")
    scene.fault("be_up", at=TARGET)
    scene.told(again, "Done in")


def test_a_node_of_another_role_is_explained(scene: Scene) -> None:
    scene.type("/sr restart be 10.84.0.19:9010")
    assert "restart fe 10.84.0.19:9010" in scene.private(ALICE, "is a follower, not a BE")


def test_an_upgrade_without_a_driver_asks_for_every_node(scene: Scene) -> None:
    ts = scene.ask("/sr upgrade to 3.3.9")
    scene.press(ts, "approve")
    assert "sha256sum -c" in scene.told(ts, "Please check the archive of 3.3.9")
    assert scene.sent() == [], "nothing is frozen while packages are on their way"
    scene.press(ts, "resume", ALICE)
    assert "cp -a meta/image" in scene.told(ts, "Please copy the metadata on 10.84.0.12")
    scene.press(ts, "resume", ALICE)
    asked = scene.told(ts, "Please install 3.3.9 in place of 3.3.3-312ed45 on 10.84.91.16 for the BE")
    assert "bin/stop_be.sh" in asked and "mkdir -p old-3.3.3-312ed45" in asked
    scene.fault("host", host="10.84.91.16", process="be", version="3.3.9-7b9fccd")
    scene.fault("be_down", at="10.84.91.16:9050")
    scene.fault("be_up", at="10.84.91.16:9050")
    scene.told(ts, "is the first node that runs 3.3.9")
    scene.press(ts, "abort", ALICE)
    ended = scene.told(ts, "Restored")
    assert "10.84.91.16:9050 runs 3.3.9-7b9fccd" in ended
    assert scene.sent()[-1] == 'ADMIN SET FRONTEND CONFIG ("tablet_sched_max_scheduling_tablets" = "10000")'


def test_a_whole_cluster_is_stopped_and_started_by_people(scene: Scene) -> None:
    """Seen by ports alone: nobody logs in to hosts, and no frontend answers."""
    frontends = ["10.84.0.19", "10.84.91.16", "10.84.91.18"]
    backends = scene.listed()
    ts = scene.ask("/sr stop all")
    assert "ports" in scene.card(ts)
    scene.press(ts, "approve")
    assert "# on 10.84.0.19, 10.84.91.16, 10.84.91.18" in scene.told(ts, "Please stop the FE process on 3 hosts")
    for host in frontends:
        scene.fault("fe_down", fe=host)
    scene.told(ts, "Please stop the FE process on 10.84.0.12")
    scene.fault("fe_down", fe="10.84.0.12")
    scene.told(ts, "Please stop the BE process on 5 hosts")
    for at in backends:
        scene.fault("be_down", at=at)
    scene.told(ts, "Done in")
    again = scene.ask("/sr start all", nth=1)
    assert "as last seen" in scene.card(again)
    scene.press(again, "approve")
    scene.told(again, "Please start the FE process on 10.84.0.12")
    scene.fault("fe_up", fe="10.84.0.12")
    assert "All at once" in scene.told(again, "Please start the FE process on 3 hosts")
    for host in frontends:
        scene.fault("fe_up", fe=host)
    scene.told(again, "leads and answers")
    scene.told(again, "Please start the BE process on 5 hosts")
    for at in backends:
        scene.fault("be_up", at=at)
    scene.told(again, "Done in")
    scene.in_order(again)


def test_routine_loads_that_are_paused_afterwards_are_named(scene: Scene) -> None:
    scene.fault("routine_load", job="orders")
    scene.fault("routine_load", job="clicks")
    ts = scene.ask(f"/sr restart be {TARGET}")
    scene.press(ts, "approve")
    scene.told(ts, "Please restart the BE process on 10.84.0.18")
    scene.fault("be_down", at=TARGET)
    scene.fault("routine_load", job="orders", state="PAUSED", reason="failed to get backend")
    scene.fault("be_up", at=TARGET)
    told = scene.told(ts, "1 of 2 routine loads are PAUSED")
    assert ".orders since" in told and "(failed to get backend)" in told and "clicks" not in told
    scene.told(ts, "Done in")
    scene.in_order(ts)
