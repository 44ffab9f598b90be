"""The words before the tables in the demo of slips: the notes, and the kinds of slips with a sentence on each."""

ABOUT = """\
Five handwritten sets of notes derive the same gradients in five ways. Where the pen slipped, each formula is computed
as it is written, then as it should be, beside the number that a graph of Values gives. In each row: what is written,
the correction, and why; 000 to 004 is the note, and a number before a formula its question or page there."""
NOTES = [
    ("000", "4-3-2-1, logistic, cross-entropy, rows", "python -m demos two_flows"),
    ("001", "2-3-1, logistic, no biases, ½(y − ŷ)²", "python -m demos guided_notes"),
    ("002", "any depth, logistic, (y − a[L])²", "python -m demos any_depth"),
    ("003", "three layers, columns, mean cross-entropy", "python -m demos any_parameter"),
    ("004", "any layers, one column per example", "python -m demos columns"),
]
KINDS = {
    "signs": "A lost minus sends descent uphill; two of them can cancel, so a right result proves little.",
    "transposes and products": "Shapes catch some of these. Square matrices fit either way, and are silently wrong.",
    "factors": "The chain rule has one factor for each step; one dropped, or taken twice, rescales all below it.",
    "indices, layers and letters": "The formula is right, and is about another neuron, layer or letter.",
    "what is held constant": "A partial derivative holds some numbers fixed; those that move with the weight are not.",
    "arithmetic": "The formula is right and its value is not: what follows from it inherits the error.",
}
"""Each kind, and a sentence on it."""

_SIGN, _TRANSPOSE, _FACTOR, _INDEX, _CONSTANT, _NUMBER = KINDS
KIND_OF = [
    _SIGN, _SIGN, _SIGN, _INDEX, _TRANSPOSE, _SIGN, _FACTOR, _INDEX, _INDEX,  # 000
    _CONSTANT, _CONSTANT, _INDEX, _NUMBER, _NUMBER, _NUMBER, _FACTOR, _SIGN, _FACTOR,  # 001
    _INDEX, _TRANSPOSE, _TRANSPOSE,  # 002
    _INDEX, _FACTOR, _INDEX, _INDEX, _INDEX, _FACTOR, _INDEX, _TRANSPOSE, _TRANSPOSE, _FACTOR,  # 003
    _TRANSPOSE, _INDEX,  # 004
]  # fmt: skip
"""The kind of each slip, in the order of the notes."""
