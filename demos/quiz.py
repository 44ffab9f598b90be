"""A quiz: fill in the blank gradients of four graphs; the hint is the chain rule.

`h` says which flows there are and the rule of each operation, `s` gives the numbers too, `q` stops. A wrong answer
that is one flow of two, a local derivative, or a rule gone wrong is called so. Each picture with blanks is
out/quiz_1.svg and so on; the one with the gradients comes when you are done. `viz.quiz(loss)` asks the same of any
graph of your own.
"""

from collections.abc import Callable

from rich.console import Console

from autograd import Value
from demos._notes import picture
from viz import draw, quiz

ROUNDS: list[tuple[str, dict[str, float], Callable[..., Value]]] = [
    ("a product and a sum", {"a": 2, "b": -3, "c": 10}, lambda a, b, c: ((a * b).named("m") + c).named("L")),
    ("one value used twice", {"x": 3}, lambda x: ((x * x).named("s") + x).named("L")),
    (
        "two flows of different weight",
        {"a": 2, "b": -1, "c": 4},
        lambda a, b, c: ((a + b).named("s") * (b * c).named("m")).named("L"),
    ),
    (
        "a neuron",
        {"w": -2, "x": 3, "b": 8},
        lambda w, x, b: (((w * x).named("m") + b).named("z").relu().named("r") ** 2).named("L"),
    ),
]


def main() -> None:
    """Ask for every gradient of four graphs, from the loss down, and count the right answers."""
    console = Console()
    right = asked = 0
    for number, (what, leaves, build) in enumerate(ROUNDS, start=1):
        root = build(*(Value(value, name) for name, value in leaves.items()))
        path = draw(root, edges="local", title=f"{number}: {what}").save(picture(f"quiz_{number}.svg"))
        console.print(f"\n[bold]{number} of {len(ROUNDS)}: {what}[/bold]; the picture is {path}")
        score = quiz(root)
        right, asked = right + score.right, asked + len(score.answers)
        if len(score.answers) < sum(node.kind != "constant" for node in root.topological_order()):
            console.print("Until next time.")
            return
        root.backward()
        console.print(f"All gradients: {draw(root, title=what).save(picture(f'quiz_{number}_solved.svg'))}")
    console.print(f"\nTogether {right} of {asked} right.")


if __name__ == "__main__":
    main()
