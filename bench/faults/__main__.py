"""`python -m bench.faults [--cases] [--seed N …] [--minutes M] [--rows R] [--plan]`."""

import argparse
import subprocess
import sys

from bench import servers
from bench.faults import schedule


def main() -> None:
    """Run the cases, or the seeds, or both; exit status 1 when anything failed."""
    options = _options()
    if options.plan:
        _print_plans(options)
        return
    if not options.cases and len(options.seed) == 1:
        sys.exit(_in_this_process(options.seed[0], options))
    failed = []
    if options.cases:
        from bench.faults import cases  # noqa: PLC0415 - pytest, which seeds do without

        failed += [] if cases.run() else ["the cases"]
    failed += [f"seed {one}" for one in options.seed if not _in_its_own(one, options)]
    if failed:
        sys.exit(f"FAILED: {', '.join(failed)}.")
    print("Nothing failed.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument(
        "--cases", action="store_true", help="the stories of cases 1 to 15, in full"
    )
    parser.add_argument("--seed", type=int, nargs="+", default=[], help="whole numbers")
    parser.add_argument("--minutes", type=float, default=10.0, help="of faults, for each seed")
    parser.add_argument("--rows", type=int, default=100_000, help="of all imports of a seed")
    parser.add_argument("--plan", action="store_true", help="only print what a seed would do")
    parser.add_argument("--keep", action="store_true", help="keep the processes' log in any case")
    options = parser.parse_args()
    if not options.cases and not options.seed:
        parser.error("say --cases, or which --seed, or both")
    return options


def _print_plans(options: argparse.Namespace) -> None:
    for seed in options.seed:
        print(f"seed {seed}: {schedule.limits(seed)}")
        for fault in schedule.faults(seed, options.minutes * 60):
            print(fault)


def _in_its_own(seed: int, options: argparse.Namespace) -> bool:
    """Run a seed in a process of its own: each has servers, settings and a portal of its own."""
    command = [sys.executable, "-m", "bench.faults", "--seed", str(seed)]
    command += ["--minutes", str(options.minutes), "--rows", str(options.rows)]
    return subprocess.run(command, check=False).returncode == 0


def _in_this_process(seed: int, options: argparse.Namespace) -> int:
    from bench.faults.house import House  # noqa: PLC0415 - starts nothing, but imports much

    house = House()
    house.keep = options.keep
    house.prepare()
    servers.migrate()
    from bench.faults.seed import Run  # noqa: PLC0415 - models, which want Django's settings

    found = Run(house, seed, options.minutes * 60, options.rows).judge()
    if not found:
        print(f"seed {seed}: nothing to complain of", flush=True)
        return 0
    house.keep = True
    for sentence in found:
        print(f"COMPLAINT: {sentence}")
    again = f"--seed {seed} --minutes {options.minutes:g} --rows {options.rows}"
    print(
        f"The processes' log: {house.folder}. Once more: python -m bench.faults {again}", flush=True
    )
    return 1


if __name__ == "__main__":
    main()
