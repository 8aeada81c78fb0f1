"""How results are shown: medians with their spread, one line for each peer."""

import statistics
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

WIDTH = 140


def spread(values: Sequence[float], digits: int = 1) -> str:
    """The median, and the least and greatest when there are several."""
    middle = f"{statistics.median(values):.{digits}f}"
    if len(values) == 1:
        return middle
    return f"{middle} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def share(values: Sequence[float], part: float) -> float:
    """The value that this part of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def tell(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints a table below its title."""
    table = Table()
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console = Console(width=WIDTH)
    console.print(title, highlight=False)
    console.print(table)
