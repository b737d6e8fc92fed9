"""Several things in a sentence."""

from collections.abc import Sequence


def listed(words: Sequence[str], joint: str = "and") -> str:
    """Say them in a row: "a", "a and b", "a, b and c"."""
    return f" {joint} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def rows(numbers: Sequence[int], most: int = 5) -> str:
    """Say which rows: "row 3", "rows 3 and 4", "rows 3, 4 and 1,200 more"."""
    named = [f"{number:,}" for number in numbers[:most]]
    if len(numbers) > most:
        named.append(f"{len(numbers) - most:,} more")
    word = "row" if len(numbers) == 1 else "rows"
    return f"{word} {listed(named)}"
