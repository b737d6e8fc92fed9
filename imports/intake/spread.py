"""Some of an import's stored rows, from all over its sheet."""

from django.db.models import Max, Min

from imports.models import Import, Row

MOST_ROWS = 2_000
MOST_CELLS = 200_000


def rows(lead_import: Import) -> list[list[str]]:
    """Return the cells of up to MOST_ROWS rows, evenly spread; fewer where they are very wide.

    They are asked for by number, so that it takes the same time for a file of any length.
    """
    stored = Row.objects.filter(lead_import=lead_import)
    ends = stored.aggregate(first=Min("number"), last=Max("number"))
    if ends["first"] is None:
        return []
    most = max(1, min(MOST_ROWS, MOST_CELLS // max(1, len(lead_import.headers))))
    count = ends["last"] - ends["first"] + 1
    numbers = {ends["first"] + count * place // most for place in range(min(most, count))}
    if count > most:
        stored = stored.filter(number__in=numbers)
    return list(stored.exclude(cells=[]).values_list("cells", flat=True))
