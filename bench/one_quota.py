"""`python -m bench.one_quota KIND REQUESTS`: one part of `utilisation`, in a process of its own.

Prints one line: how the import ended, how many requests were refused, when each arrived.
"""

import argparse
import json

from bench import servers


def main() -> None:
    """Send all, then tell what arrived at MEGA."""
    parser = argparse.ArgumentParser(prog="python -m bench.one_quota", description=__doc__)
    parser.add_argument("kind", choices=("fixed", "sliding", "bucket"))
    parser.add_argument("requests", type=int)
    options = parser.parse_args()
    servers.prepare()
    servers.migrate()
    from bench import utilisation  # noqa: PLC0415 - models, which want Django's settings

    print(json.dumps(utilisation.send_all(options.kind, options.requests)), flush=True)


if __name__ == "__main__":
    main()
