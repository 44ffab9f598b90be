"""The slips in the notes: each shown wrong, its correction shown right.

Handwritten derivations have slips, most of them harmless to the idea. Here each is computed as it is written, then as
it should be, beside what a graph of Values says; where it is one gradient, ``compare`` tells the slip by its number.
Where shapes do not fit there is no number, and the table says so. Single letters that were misread in copying are left
out, unless a number depends on them.
"""

import math

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograd import Value
from demos._slips import Slip, row_vectors
from demos._slips_columns import any_parameter, columns
from demos._slips_guided import any_depth, guided
from demos._slips_kinds import ABOUT, KIND_OF, KINDS, NOTES
from demos._words import opening
from viz import compare


def shown(number: float | str) -> str:
    """A number with its sign, a count without, or why there is none."""
    return str(number) if isinstance(number, (str, int)) else f"{number:+.5f}"


def is_wrong(slip: Slip) -> bool:
    """Whether what is written differs from the truth by more than rounding."""
    return isinstance(slip.gives, str) or not math.isclose(slip.gives, slip.truth, rel_tol=1e-3)


def is_right(slip: Slip) -> bool:
    """Whether the correction is the truth."""
    return math.isclose(slip.corrected_gives, slip.truth, rel_tol=1e-12)


def told(slip: Slip) -> str:
    """The slip that ``compare`` finds in the number, where it is claimed of the gradient that the slip is about."""
    root, name = slip.of or (Value(0.0), "")
    return compare(root, {name: slip.gives}).slip


def main() -> None:
    """Print the slips of each kind in a table; say of each why it is one."""
    console = Console()
    slips = [*row_vectors(), *guided(), *any_depth(), *any_parameter(), *columns()]
    console.print(opening(ABOUT, NOTES, ("note", "network", "worked right by"), "The five notes"))
    number = 0
    for kind, sentence in KINDS.items():
        table = Table("", "", "formula", "gives")
        table.columns[3].width = 14  # the two sizes of a product that there is not: a line each
        for slip in (slip for slip, its in zip(slips, KIND_OF, strict=True) if its == kind):
            number += 1
            if not (is_wrong(slip) and is_right(slip)):
                raise ArithmeticError(f"slip {number} is not shown: {slip}")
            table.add_row(f"{number}", "written", escape(slip.written), f"[red]{shown(slip.gives)}")
            table.add_row(slip.note, "correct", escape(slip.corrected), f"[green]{shown(slip.corrected_gives)}")
            if slip.of:
                table.add_row("", "compare", f"[dim]{escape(told(slip))}", "")
            table.add_row("", "Values", f"[dim]{escape(slip.why)}", shown(slip.truth), end_section=True)
        console.print(f"[bold]{kind.capitalize()}.[/bold] {sentence}", table, "")
    console.print(f"{len(slips)} slips: each is wrong as written, each correction agrees with the Values to 1e-12.")


if __name__ == "__main__":
    main()
