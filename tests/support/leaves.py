"""Leaves for tests of what is done with gradients."""

from autograd import Parameter


def with_gradients(*numbers):
    """Parameters p0, p1 ... at 0 with these gradients; None for none."""
    parameters = [Parameter(0.0, f"p{place}") for place in range(len(numbers))]
    for parameter, number in zip(parameters, numbers, strict=True):
        parameter.grad = number
    return parameters
