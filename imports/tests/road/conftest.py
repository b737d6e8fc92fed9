"""What the stories of the road have at hand."""

import pytest

from imports.tests.road.engine import phone


@pytest.fixture
def sheet(tmp_path):
    """Write a CSV of leads: `sheet(3)` has three, extra columns are given by name."""

    def write(count, start=1, name="leads.csv", **columns):
        header = ["Name", "Email", "Phone", *columns]
        lines = [",".join(header)]
        for place in range(start, start + count):
            values = [columns[key](place) for key in columns]
            lines.append(
                ",".join([f"Person {place}", f"p{place}@example.com", phone(place), *values])
            )
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return path

    return write
