"""Benchmarks: the numbers of the design, measured and reported, never asserted in a timed test."""
