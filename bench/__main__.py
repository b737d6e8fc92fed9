"""`python -m bench [NAME …] [--full]`."""

import argparse
import importlib
import os

from bench import servers

NAMES = (
    "intake",
    "checking",
    "profile",
    "settle",
    "report",
    "pages",
    "review",
    "demo",
    "clock",
    "utilisation",
    "forecast",
    "guard",
    "throughput",
)


def main() -> None:
    """Run the named benchmarks, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--full", action="store_true", help="a million rows where it makes sense")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in NAMES]:
        parser.error(f"there is no benchmark {unknown[0]}; there are {', '.join(NAMES)}")
    # Modules are compiled once, as everywhere; else each process for a workbook would do it anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    servers.prepare()
    servers.migrate()
    for name in options.names or NAMES:
        importlib.import_module(f"bench.{name}").run(full=options.full)


if __name__ == "__main__":
    main()
