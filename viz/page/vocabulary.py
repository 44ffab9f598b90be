"""The words that the scripts of the page and the playground say, and how they write numbers: tables sent as JSON.

``{name}`` is filled in by the script; of a pair the first is for one, the second for any other number of them.
"""

from __future__ import annotations

from typing import Any

from viz.picture.fold import LEAF_TAGS
from viz.text import DECIMALS, DIGITS, LEAST, MANTISSA, MINUS, MOST, NOT_COMPUTED, ROUNDED

__all__ = ["EDITOR", "NUMBERS", "TABS", "WORDS"]

NUMBERS: dict[str, Any] = {
    "decimals": DECIMALS,
    "mantissa": MANTISSA,
    "digits": DIGITS,
    "least": LEAST,
    "most": MOST,
    "minus": MINUS,
    "rounded": ROUNDED,
    "notComputed": NOT_COMPUTED,
}
"""The rules of :mod:`viz.text`."""

TABS = {
    "explain": "Explain",
    "leaves": "Move leaves",
    "table": "Table",
    "descend": "Descend",
    "quiz": "Quiz",
    "matrices": "Matrices",
}
"""The tabs of the panel, in their order. A part of the script paints each, as PANELS[its name]."""

WORDS: dict[str, Any] = {
    # how many
    "values": ["{n} value", "{n} values"],
    "flows": ["{n} flow", "{n} flows"],
    "matches": ["{n} match", "{n} matches"],
    # cards and kinds
    "kinds": LEAF_TAGS,
    "value": "value {x}",
    "gradient": "gradient {x}",
    "noValue": "no value yet",
    "noGradient": "no gradient yet",
    "sumOf": "sum of {flows}",
    # the legend
    "least": "gradient −{most}",
    "most": "+{most}, log scale, {decades} powers of ten",
    # the arithmetic of a step
    "product": "{local} · {upstream}",
    "adds": "{name}.grad += {how}",
    "closed": "0: the gate is closed",
    "open": "the gate is open, {flow}",
    "equals": "{one} = {other}",
    "grad": "{name}.grad = {x}",
    "soFar": "so far {total}",
    "step": "Step {step} of {last}: {words}",
    "canBeComputed": "its operands are known, so it can be computed.",
    "hasArrived": "every flow into it has arrived.",
    "starts": "The pass starts here, with ∂{name}/∂{name} = 1.",
    "stops": "No flow reaches it, so nothing goes on.",
    "stays": "A leaf: the gradient stays here.",
    "passesOn": "It passes on: local derivative · its gradient",
    "hook": "A hook changed this gradient: {arrived} → {replaced}.",
    "outside": "{operation} is outside its domain here: it needs {domain}.",
    # before the first step
    "backward": "Backward pass",
    "forward": "Forward pass",
    "backwardVisits": (
        "The backward pass visits every value once, from the root to the leaves. Each passes its gradient on to its "
        "operands."
    ),
    "forwardComputes": "The leaves are given. The forward pass computes each value once its operands are known.",
    "stepOn": "Step on with the right arrow key.",
    # the whole graph
    "each": "{values}, each with its gradient: how fast {root} changes as it changes.",
    "how": (
        "Play or step through the passes with the buttons or the arrow keys. Point at a value, tap it or Tab to it for "
        "its chain rule."
    ),
    "folded": (
        "This graph is too big for a card per value: the picture is folded, the table and the steps have them all."
    ),
    "unspelled": "Its chain rules are written with numbers and names, for so many symbols would fill the page.",
    "rowsLeft": ["{n} row more: find a value by its name.", "{n} rows more: find values by their names."],
    "leavesLeft": ["{n} leaf more: click its card.", "{n} leaves more: click their cards, or find them by name."],
    "theSame": ["The same of {n} other value.", "The same of {n} other values."],
    "largestLeaves": "Leaves with the largest gradients",
    "largestFirst": "{values}, the largest gradients first",
    "member": "{name}: {x}",
    # a value
    "exactly": "{x}, exactly {all}",
    "root": "The root: its gradient is 1",
    "flowsIn": "{flows} in",
    "unreached": "No flow reaches it",
    "through": "through {name}: {product} = {flow}",
    "chainRule": "Chain rule",
    "where": "where ",
    # the table
    "columns": ["name", "kind", "value", "gradient"],
    # the leaves
    "slider": "{name}, slider",
    "leafGradient": "grad {x}",
    "reset": "Reset all leaves",
    "moveLeaves": (
        "Move a leaf and watch the values and gradients. An if that Python decided while building the graph stays "
        "decided."
    ),
    "takenBack": "{name} = {x} was taken back: an operation failed with {error}.",
    "outsideAt": "{name}: {operation}({operands}) is outside its domain, it needs {domain}.",
    "more": ["And {n} value more.", "And {n} values more."],
    # descend
    "descendAbout": "Each step moves every parameter by −rate · its gradient, and {root} is computed anew.",
    "inputsDescend": "There are no parameters, so each step moves every leaf by −rate · its gradient.",
    "nothingLearns": "No leaf of this graph can be moved.",
    "rate": "rate",
    "descendStep": "Step",
    "run": "Run",
    "toStart": "To the start",
    "steps": "Steps taken",
    "descendAt": "{root} = {x} after {step} of {last}",
    "curve": "The root along the steps, from {from} to {to}",
    "noDescent": "The gradient of {name} is {x}, so no parameter was moved.",
    "tooFar": "A step takes {name} from {from} to {to}, so no parameter was moved: use a smaller rate.",
    "plane": "{output} over {one} and {other}",
    "planeAbout": (
        "{output} at every {one} (across) and {other} (up): orange above {middle}, purple below. Circles are the "
        "examples."
    ),
    # the quiz
    "quizAbout": (
        "Work out the blank gradients from the root back: numbers such as 6, -1.5 or 3/4. Click a card to choose it."
    ),
    "answer": "Answer",
    "answerOf": "The gradient of {name}",
    "check": "Check",
    "hint": "Hint",
    "solution": "Solution",
    "nextQuestion": "Next",
    "again": "Begin again",
    "saveScore": "Save the score",
    "right": "Right: {name}.grad = {x}.",
    "notRight": "Not right. The hint shows the chain rule here.",
    "notANumber": "“{typed}” is not a number: type one such as 6, -1.5 or 3/4.",
    "allAnswered": "Every gradient has been asked for.",
    "score": "{right} right of {done} answered; {all} in all",
    # the matrices
    "layer": "Which layer",
    "columnVectors": "examples as columns",
    "matricesAbout": "Point at an entry: its value is lit up in the graph, and so are the entries that it is made of.",
    "entry": "{name} = {x}",
    "gradientEntry": "gradient of {name}: {x}",
    "rowRule": "Examples are rows: {z} = a[{before}] W[{layer}] + b[{layer}], and W has a row for each input.",
    "columnRule": "Examples are columns: {z} = W[{layer}] a[{before}] + b[{layer}], and W has a row for each neuron.",
    # the buttons
    "play": "Play",
    "pause": "Pause",
    "times": "{speed}×",
    "speed": "Speed: {speed} times",
    "stepOf": "step {step} of {last}",
    "theme": "Theme: {theme}",
    "themes": {"auto": "automatic", "light": "light", "dark": "dark"},
}

EDITOR = {
    "stopped": (
        "The playground has stopped. Its address keeps your program: start python -m viz play again, and paste what "
        "follows # behind the new address."
    ),
    "notLoaded": "The page could not be loaded: change the program.",
    "large": "A large program: its picture takes a few seconds.",
    "line": "Line {n}: ",
    "playground": "Playground",
    "graph": "The graph",
    "stepByStep": "{root}, step by step",
    "copied": "Link copied",
    "copyByHand": "Copy the address from the address bar",
    "saved": "Saved as {name}.html",
}
"""The words of the playground's script."""
