"""The setting of the guided notes and their 17 questions, in words of our own and in the signs of the notes."""

GUIDED = """\
Two inputs, three hidden neurons, one output, all logistic, f(z) = 1/(1 + e⁻ᶻ), no biases, every weight 1:
z(2) = X W(1), a(2) = f(z(2)), z(3) = a(2) W(2), ŷ = f(z(3)), J = Σ ½(y − ŷ)² over the examples. What are dJ/dW(1) and
dJ/dW(2)? Seventeen questions lead there. The notes count layers from the input, the MLP from the first weights."""
SIGNS = [
    ("X, y", "inputs and targets, one example a row", "a1[0], a2[0]; y"),
    ("W(1), W(2)", "the weights, 2 × 3 and 3 × 1", "W11[1] … W23[1]; W11[2] … W31[2]"),
    ("z(2), a(2)", "the hidden layer", "z1[1] …, a1[1] …"),
    ("z(3), ŷ", "the output", "z1[2], a1[2]"),
    ("δ(3), δ(2)", "dJ/dz(3), dJ/dz(2)", "z1[2].grad, z1[1].grad …"),
]
QUESTIONS = {
    "1": "What shape does dJ/dW(1) have? That of W(1), a number for each weight:",
    "2": "What shape does dJ/dW(2) have? That of W(2):",
    "3": "J is a sum over examples. What is its gradient? The sum of the gradients of the terms:",
    "4": "One example alone: dJ/dW(2) by y, ŷ and dŷ/dW(2)? With ½(y − ŷ)² the outer slope is −(y − ŷ):",
    "5": "One link further, by dŷ/dz(3) and dz(3)/dW(2)?",
    "6": "What is dŷ/dz(3), the slope of the logistic function?",
    "7": "Call δ(3) = −(y − ŷ) f′(z(3)) the error that goes back. What shape is it for one example? 1 × 1:",
    "8": "Written out for one example, what is z(3)? A row of three times a column of three:",
    "9": "What is dz(3)/dW(2), weight by weight? What each weight is multiplied by:",
    "10": "And as a vector, by a(2)?",
    "11": "With every weight 1, X = [0.3 1.0] and y = 0.75: what is dJ/dW(2)?",
    "12": "Three examples: what is z(3) now, and what do rows and columns of a(2) stand for? Examples; neurons:",
    "13": "What shape is δ(3) for three examples? A row for each, 3 × 1:",
    "14": "Each weight sees every example: add up a(2) times δ(3) over them, entry by entry:",
    "15, 16": "As one product of a(2) and δ(3)? And its numbers for the three examples:",
    "17 δ": "On to the first layer: what is the error there? Back through W(2), then the slopes of a(2):",
    "17 d": "And dJ/dW(1)?",
}


def question(name: str) -> str:
    """The question that a row of the demo answers, by the number its name begins with."""
    number, _, rest = name.partition(" ")
    if name.startswith("15, 16"):
        return QUESTIONS["15, 16"]
    return QUESTIONS[f"17 {rest[0]}" if number == "17" else number]
