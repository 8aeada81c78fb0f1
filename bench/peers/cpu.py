"""Processor time of a service: of its processes, their children, and the children that have ended."""

from collections.abc import Iterable

import psutil


def cpu_seconds(roots: Iterable[int]) -> float:
    """User and system seconds so far of these processes and of all below them."""
    return sum(_own(process) for root in roots for process in _family(root))


def _family(root: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(root)
        return [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return []


def _own(process: psutil.Process) -> float:
    """With what its ended children used: a child that still runs is counted by itself, and there only."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
