"""A measured figure, the bound it must keep, and the raw numbers behind it."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report; `bound` is the largest value allowed, None where nothing is."""

    what: str
    value: float
    bound: float | None
    raw: str

    @property
    def kept(self) -> bool:
        """Whether the figure keeps its bound."""
        return self.bound is None or self.value <= self.bound


def show(figures: list[Figure]) -> bool:
    """Print the report; return whether every bound is kept."""
    table = Table("what", "measured", "at most", "", "from", box=None, pad_edge=False)
    for figure in figures:
        mark = "" if figure.bound is None else ("kept" if figure.kept else "[red]BROKEN[/]")
        most = "" if figure.bound is None else f"{figure.bound:g}"
        table.add_row(figure.what, f"{figure.value:.2f}", most, mark, figure.raw)
    Console(width=150).print(table)
    return all(figure.kept for figure in figures)
