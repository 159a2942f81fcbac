"""The law of `sr`: the vocabulary and every rule, pure.

Nothing in this package does I/O, reads a clock or the environment; time is an argument.
"""
