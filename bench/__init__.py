"""Benchmarks: `make bench`, or `python -m bench [NAME …] [--full]` for some of them.

Each figure is one line of JSON on standard output and in bench/results.jsonl. What matters are the
ratios within one run (our road against the bare building block on the same machine, at the same
time), not the seconds. Servers, workers and data are the benchmarks' own and gone afterwards.
"""
