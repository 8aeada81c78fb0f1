"""Measurements: ratios within one run, never a test that fails on time."""
