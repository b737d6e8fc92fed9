"""`python -m portal.embedded`: as `manage.py servers`, for a data folder and without settings."""

import argparse
import sys
from pathlib import Path

from portal.embedded.errors import EmbeddedError
from portal.embedded.serve import serve


def main() -> None:
    """Run the servers in the foreground; exit status 1 with a sentence when they do not start."""
    parser = argparse.ArgumentParser(prog="python -m portal.embedded", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="as DATA_DIR")
    parser.add_argument("--no-fsync", action="store_true", help="quicker, for tests only")
    parser.add_argument(
        "--temporary", action="store_true", help="remove the data folder at the end"
    )
    options = parser.parse_args()
    try:
        serve(
            options.data_dir.resolve(),
            say,
            fsync=not options.no_fsync,
            temporary=options.temporary,
        )
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)


def say(line: str) -> None:
    """Print a line at once, for a script that waits for it."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
