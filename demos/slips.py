"""The slips in the notes: each shown wrong, its correction shown right.

Handwritten derivations have slips, and most of them do no harm to the idea. Here each is computed as it is written,
then as it should be, beside what a graph of Values says. Where shapes do not fit there is no number, and the table
says so. Single letters that were misread in copying are left out, unless a number depends on them.
"""

import math

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from demos._slips import Slip, row_vectors
from demos._slips_columns import any_parameter, columns
from demos._slips_guided import any_depth, guided

DEMOS = {"000": "two_flows", "001": "guided_notes", "002": "any_depth", "003": "any_parameter", "004": "columns"}


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
    table = Table("", "", "formula", "gives", title="Slips in the notes")
    table.columns[3].width = 14  # the two sizes of a product that there is not: a line each
    slips = [*row_vectors(), *guided(), *any_depth(), *any_parameter(), *columns()]
    for number, slip in enumerate(slips, start=1):
        if not (is_wrong(slip) and is_right(slip)):
            raise ArithmeticError(f"slip {number} is not shown: {slip}")
        table.add_row(f"{number}", "written", escape(slip.written), f"[red]{shown(slip.gives)}")
        table.add_row(slip.note, "correct", escape(slip.corrected), f"[green]{shown(slip.corrected_gives)}")
        table.add_row("", "Values", f"[dim]{escape(slip.why)}", shown(slip.truth), end_section=True)
    console.print(table)
    console.print(f"{len(slips)} slips: each is wrong as written, each correction agrees with the Values to 1e-12.")
    console.print(f"Worked right by python -m demos: {', '.join(f'{note} {name}' for note, name in DEMOS.items())}")


if __name__ == "__main__":
    main()
