"""Which rows hang together, by a shared value or by others in between: the connected components."""

from collections.abc import Iterable, Iterator

Home = dict[int, int]
"""For each row the lowest number of all rows that it hangs together with."""


def homes(edges: Iterable[tuple[int, int]]) -> Home:
    """Join the two rows of each edge; a row may be joined with itself."""
    home: Home = {}
    for one, other in edges:
        first, second = _find(home, one), _find(home, other)
        if first < second:
            home[second] = first
        else:
            home[first] = second
    return {number: _find(home, number) for number in home}


def _find(home: Home, number: int) -> int:
    root = home.setdefault(number, number)
    while root != home[root]:
        root = home[root]
    while number != root:  # so that the next one finds it at once
        home[number], number = root, home[number]
    return root


def components(home: Home) -> Iterator[list[int]]:
    """Give the rows of each component in sheet order; the first component begins first."""
    found: dict[int, list[int]] = {}
    for number in sorted(home):
        found.setdefault(home[number], []).append(number)
    yield from found.values()


def portions(home: Home, size: int) -> Iterator[list[list[int]]]:
    """Give whole components, some of them at a time: so many rows or a few more."""
    portion: list[list[int]] = []
    rows = 0
    for component in components(home):
        portion.append(component)
        rows += len(component)
        if rows >= size:
            yield portion
            portion, rows = [], 0
    if portion:
        yield portion
