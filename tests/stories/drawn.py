"""python -m tests.stories.drawn PATH: the drain of mission 000 in the twin's virtual time, as the picture of the README."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from policies.operation import OperationState
from policies.picture import chart, looked
from tests.bench.drained_clusters import look_at
from tests.policies.clusters import operation
from tests.policies.plans import plan_of
from workers.drawing import png
from workers.twin import Twin

TARGET = "10.84.0.18:9050"


def main(path: Path) -> None:
    twin, plan = Twin.from_scenario("mission000"), plan_of(TARGET)
    session, began, looks = twin.session(), datetime.fromtimestamp(0, UTC), []
    twin.execute(f'ALTER SYSTEM DECOMMISSION BACKEND "{TARGET}"', session)
    while not looks or TARGET in looks[-1].nodes:
        looks.append(looked(plan, look_at(twin, session), began + timedelta(seconds=twin.now)))
        twin.advance(30)
    done = operation(OperationState.DONE, started_at=began, ended_at=looks[-1].at)
    drawn = chart(plan, done, tuple(looks))
    assert drawn is not None
    path.write_bytes(png(drawn))
    print(drawn.alt)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
