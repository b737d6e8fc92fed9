"""Columns that hold what nobody needs to see: found when a file is read, and masked before it is
stored. The original file keeps them until it is removed."""
