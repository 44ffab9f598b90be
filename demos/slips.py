"""The slips in the notes: each shown wrong by a number, and its correction shown right by the same network.

Handwritten derivations have slips, and most of them do no harm to the idea. Here each is computed as it is written,
then as it should be, beside what a graph of Values says. Where shapes do not fit there is no number, and the table
says so.
"""

import math

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from demos._slips import Slip, guided, row_vectors
from demos._slips_columns import any_depth, any_parameter, columns


def shown(number: float | str) -> str:
    """A number with its sign, or why there is none."""
    return number if isinstance(number, str) else f"{number:+.5f}"


def is_wrong(slip: Slip) -> bool:
    """Whether what is written differs from the truth by more than rounding."""
    return isinstance(slip.gives, str) or not math.isclose(slip.gives, slip.truth, rel_tol=1e-3)


def is_right(slip: Slip) -> bool:
    """Whether the correction is the truth."""
    return math.isclose(slip.corrected_gives, slip.truth, rel_tol=1e-12)


def main() -> None:
    """Print the table; say of each slip why it is one."""
    console = Console()
    table = Table("note", "as it is written", "gives", "as it should be", "gives", "Values", title="Slips in the notes")
    slips = [*row_vectors(), *guided(), *any_depth(), *any_parameter(), *columns()]
    for number, slip in enumerate(slips, start=1):
        if not (is_wrong(slip) and is_right(slip)):
            raise ArithmeticError(f"slip {number} is not shown: {slip}")
        table.add_row(
            f"{number}  {slip.note}",
            f"{escape(slip.written)}\n[dim]{escape(slip.why)}",
            f"[red]{shown(slip.gives)}",
            escape(slip.corrected),
            f"[green]{shown(slip.corrected_gives)}",
            shown(slip.truth),
            end_section=True,
        )
    console.print(table)
    console.print(f"{len(slips)} slips: each is wrong as written, and each correction agrees with the Values to 1e-12.")


if __name__ == "__main__":
    main()
