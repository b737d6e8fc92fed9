"""The audit trail: acts, the one way to write them, and the proof that none was changed."""
