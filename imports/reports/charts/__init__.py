"""The numbers behind the charts: counted in SQL, put in order by pure functions, drawn elsewhere.

Whoever asks has asked `access` for the import, customer or imports before.
"""
