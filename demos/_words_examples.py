"""The words before the numbers in the demos of several examples: the product formula, and columns of examples."""

ANY_PARAMETER = """\
Three layers, one example per column: z[k] = W[k]ᵀ a[k−1] + b[k], any act[k] in layers 1 and 2 (tanh, softplus), σ in
layer 3; J is the mean over m = 5 examples of the loss −(y log ŷ + (1 − y) log(1 − ŷ)). How fast does J change as one
weight or bias p does, at the point K where everything now stands? For each example multiply the factors; then take the
mean: dJ/dp = 1/m Σ dloss/dŷ · σ′(z[3]) · dz[3]/dp."""
ANY_PARAMETER_SIGNS = [
    ("p", "any one weight or bias", "W12[1]: from 1 to 2 in layer 1; b1[3]"),
    ("a[0], ŷ", "inputs, output a[3]", "a1[0] …; a1[3]"),
    ("dloss/dŷ", "(1 − y)/(1 − ŷ) − y/ŷ, of one example", "m · a1[3].grad"),
    ("act[k]′(z[k])", "slopes, kept from the forward pass", "z1[k] … and their activations"),
    ("dJ/dp at K", "the mean of the products", "W12[1].grad"),
]
ANY_PARAMETER_STEPS = """\
dz[3]/dp, from the layer l of p up: in place j of dz[l]/dp stands the input that the weight into neuron j multiplies, or
1 for a bias, and 0 elsewhere; then dz[k+1]/dp = W[k+1]ᵀ (act[k]′(z[k]) ∘ dz[k]/dp). Here for p = W12[1]:"""

COLUMNS = """\
Logistic layers on m examples at once, one example per column: z[k] = w[k] a[k−1] + b[k], a[k] = f(z[k]). Each example
has the loss ℒ = −(y log ŷ + (1 − y) log(1 − ŷ)), and J is their mean. In dz and da the examples stand side by side; the
mean, 1/m, enters where they are added up, in dw and db."""
COLUMNS_SIGNS = [
    ("a[0] = x", "one column per example", "a1[0] … of each example's graph"),
    ("w[k]", "one row per neuron: W[k] transposed", "entry 1, 2 is W21[k]"),
    ("dz[k], da[k]", "dℒ/dz[k], dℒ/da[k], one column per example", "m · z1[k].grad, m · a1[k].grad"),
    ("dw[k], db[k]", "dJ/dw[k], dJ/db[k]", "W21[k].grad, b1[k].grad"),
    ("m", "how many examples", ""),
]


def columns(top: int) -> dict[str, str]:
    """The rules of ``top`` layers."""
    words = {}
    for k in range(top, 0, -1):
        above = f"da[{top}] = −y/a[{top}] + (1 − y)/(1 − a[{top}]), " if k == top else ""
        words[f"dz[{k}]"] = f"Back through f: {above}dz[{k}] = da[{k}] ∘ f′(z[{k}])"
        words[f"dw[{k}]"] = f"Added up over the examples: dw[{k}] = 1/m dz[{k}] a[{k - 1}]ᵀ"
        words[f"db[{k}]"] = f"The same for the biases: db[{k}] = 1/m Σ over the m examples of dz[{k}]"
        words[f"da[{k - 1}]"] = f"One layer down: da[{k - 1}] = w[{k}]ᵀ dz[{k}]"
    return words
