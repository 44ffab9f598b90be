"""A quiz: fill in the blank gradients; the hint is the chain rule.

`h` says which flows there are and the rule of each operation, `s` gives the numbers too, `q` stops. A wrong answer
that is one flow of two, or a local derivative, is called so. Each picture with blanks is out/quiz_1.svg and so on; the
one with the gradients comes when you are done.
"""

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from autograd import Value
from demos._notes import picture
from demos._quiz import ROUNDS, answer, chain_rule, near, remark
from viz import draw, tree

RULES = "Answer with a number such as 6, -1.5 or 3/4; or h for a hint, s for the solution, q to stop."


def asked(root: Value, node: Value, console: Console) -> bool | None:
    """Ask for one gradient until it is right: True, or False where the solution was shown; None to stop."""
    while True:
        try:
            typed = console.input(f"  dL/d{escape(node.label)} = ").strip()
        except (EOFError, KeyboardInterrupt):
            return None
        number = answer(typed)
        if typed.lower() == "q":
            return None
        if typed.lower() in ("h", "s"):
            console.print(f"  {chain_rule(root, node, numbers=typed.lower() == 's')}")
            if typed.lower() == "s":
                return False
        elif number is None:
            console.print(f"  {escape(repr(typed))} is not a number: type one such as 6, -1.5 or 3/4, or h, s, q")
        elif near(number, node.grad):
            console.print("  [green]right")
            return True
        else:
            console.print(f"  [red]{remark(root, node, number)}")


def main() -> None:
    """Ask for every gradient of four graphs, from the loss down, and count the right answers."""
    console = Console()
    console.print(RULES)
    right = total = 0
    for number, (what, leaves, build) in enumerate(ROUNDS, start=1):
        root = build(*(Value(value, name) for name, value in leaves.items()))
        path = draw(root, edges="local", title=f"{number}: {what}").save(picture(f"quiz_{number}.svg"))
        console.print(f"\n[bold]{number} of {len(ROUNDS)}: {what}[/bold]; the picture is {path}")
        console.print(Text(str(tree(root))))
        root.backward()
        for node in reversed(root.topological_order()):
            result = asked(root, node, console)
            if result is None:
                console.print(f"\n{right} of {total} right. Until next time.")
                return
            right, total = right + result, total + 1
        console.print(f"  all gradients: {draw(root, title=what).save(picture(f'quiz_{number}_solved.svg'))}")
    console.print(f"\n{right} of {total} right.")


if __name__ == "__main__":
    main()
