"""The fault bench: `make faults`, or `python -m bench.faults`. Delivery loses and repeats nothing.

First the stories of every case that must hold, in their full length; then, for each seed, minutes
of faults that the seed picked over a hundred thousand rows, with a judge at the end. Seeds and
faults are printed: `python -m bench.faults --seed 7` does the same to a portal once more.
"""
