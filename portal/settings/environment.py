"""What the environment and `.env` say, and what every other module of the settings builds on."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from portal.generated import generated_secret

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.FileAwareEnv()
environ.Env.read_env(BASE_DIR / ".env", overwrite=False)

# DEBUG in the environment means: a laptop. Django's own debug pages stay off even there, since they
# show settings and local variables, a token among them, to whoever meets an error; the log has it.
LAPTOP: bool = env.bool("DEBUG", default=False)
DATA_DIR = Path(env.str("DATA_DIR", default="") or BASE_DIR / "var").resolve()


def secret(name: str) -> str:
    """From the environment, or on a laptop from a file under DATA_DIR that only we can read."""
    value: str = env.str(name, default="")
    if value:
        return value
    if not LAPTOP:
        raise ImproperlyConfigured(
            f"{name} is not set. Set {name} or {name}_FILE in the environment; only with DEBUG=on "
            f"is one generated. On a laptop, `make install` writes a .env with DEBUG=on."
        )
    return generated_secret(DATA_DIR, name.lower())
