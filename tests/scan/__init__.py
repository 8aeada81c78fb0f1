"""Looks for what must not be in the repository or in what it is built upon: ``python -m tests.scan``."""
