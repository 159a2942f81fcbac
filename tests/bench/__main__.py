"""python -m tests.bench [NAME …]: run the benchmarks, print the table, write bench.json."""

import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench import acknowledging, draining, forecasting, planning, recovering, rolling, scaling, ticking, waiting
from tests.bench.goals import table, write

BENCHMARKS: dict[str, Callable[[], dict[str, float]]] = {
    "acknowledging": acknowledging.run,
    "planning": planning.run,
    "ticking": ticking.run,
    "waiting": waiting.run,
    "draining": draining.run,
    "recovering": recovering.run,
    "scaling": scaling.run,
    "rolling": rolling.run,
    "forecasting": forecasting.run,
}
LONG: dict[str, Callable[[], dict[str, float]]] = {"rolling-1x": rolling.at_the_clock, "rolling-50": rolling.fifty}
"""Only when asked for by name."""


def main(names: list[str]) -> None:
    every = BENCHMARKS | LONG
    unknown = [name for name in names if name not in every]
    if unknown:
        raise SystemExit(f"There is no benchmark {unknown[0]}; there are {', '.join(every)}.")
    results: dict[str, float] = {}
    for name in names or BENCHMARKS:
        print(f"{name} …", flush=True)
        results |= {key: round(value, 4) for key, value in every[name]().items()}
    write(Path("bench.json"), results)
    print(table(results))


if __name__ == "__main__":
    main(sys.argv[1:])
