"""What was counted of an import's columns when its rows were stored."""

from django.db import models

from imports.models.imports import Import


class ColumnProfile(models.Model):
    """One column of the rows as they stand: how many of its cells are filled, and with what.

    `values` are its different cells, each with its count of rows, the most frequent first; None
    where they are too many to be labels, too long, or masked. `blanks` are the words that are read
    as blank in contacts, each with its count of rows; None where an earlier release counted.
    `columns.profile` counts them once.
    """

    pk = models.CompositePrimaryKey("lead_import_id", "place")
    lead_import = models.ForeignKey(
        Import, models.CASCADE, related_name="profiles", db_column="import_id", db_index=False
    )
    place = models.PositiveSmallIntegerField()  # of the column, from 0
    rows = models.PositiveIntegerField()  # that were looked at: blank ones are none
    filled = models.PositiveIntegerField()  # cells that hold more than spaces
    values = models.JSONField(null=True)  # [[cell, count], …]
    blanks = models.JSONField(null=True)  # {word: count, …}

    def __str__(self) -> str:
        return f"column {self.place} of import {self.lead_import_id}"
