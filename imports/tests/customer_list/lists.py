"""Lists of customers as people write them."""

import csv
import io

from imports.customer_list import sheet

HEAD = ("Customer", "MEGA id", "Team", "Phone region", "Requests a minute", "Existing leads")
ONE = "3f0c9a52-7d1e-4b68-9c3a-5e2f8b1d6a01"
TWO = "3f0c9a52-7d1e-4b68-9c3a-5e2f8b1d6a02"
THREE = "3f0c9a52-7d1e-4b68-9c3a-5e2f8b1d6a03"


def a_csv(*lines, head=HEAD):
    """A file of these lines, each as long as it is."""
    text = io.StringIO()
    csv.writer(text).writerows([head, *lines])
    return text.getvalue()


def read(tmp_path, content, name="list.csv"):
    """What the portal reads of it."""
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return sheet.read(path)
