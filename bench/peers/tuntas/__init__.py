"""Ours, on the stack that faults use."""
