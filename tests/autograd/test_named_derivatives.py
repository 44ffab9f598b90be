"""Derivatives by name."""

from __future__ import annotations

import math

import pytest

from autograd import DomainError, Parameter, Value, exp, grad, log, no_grad, sensitivities, sqrt
from autograd.rules import norm_cdf


def black_scholes(kind="call", *, spot, strike, vol, rate, expiry):
    """The price of a European option."""
    root = vol * sqrt(expiry)
    d1 = (log(spot / strike) + (rate + vol * vol / 2) * expiry) / root
    call = spot * norm_cdf(d1) - strike * exp(-rate * expiry) * norm_cdf(d1 - root)
    return call if kind == "call" else call - spot + strike * exp(-rate * expiry)


MARKET = {"spot": 100, "strike": 95.0, "vol": 0.2, "rate": 0.03, "expiry": 0.75}


def closed_form():
    spot, strike, vol, rate, expiry = MARKET.values()
    root = vol * math.sqrt(expiry)
    d1 = (math.log(spot / strike) + (rate + vol * vol / 2) * expiry) / root
    d2 = d1 - root
    density = math.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi)
    vega = spot * density * math.sqrt(expiry)
    return {
        "spot": math.erfc(-d1 / math.sqrt(2)) / 2,
        "vol": vega,
        ("spot", "spot"): density / (spot * root),
        ("spot", "vol"): -density * d2 / vol,
        ("vol", "vol"): vega * d1 * d2 / vol,
    }


def test_the_greeks_of_black_and_scholes():
    greeks = sensitivities(black_scholes)(**MARKET)
    assert all(type(number) is float for number in greeks.values())
    assert greeks["value"] == float(black_scholes(**MARKET))
    for name, expected in closed_form().items():
        assert greeks[name] == pytest.approx(expected, rel=1e-12), name


def test_the_keys_are_the_value_each_name_and_each_pair_in_both_orders():
    greeks = sensitivities(black_scholes)(**MARKET)
    names = list(MARKET)
    assert list(greeks) == ["value", *names, *[(one, other) for one in names for other in names]]
    for one in names:
        for other in names:
            assert greeks[one, other] == greeks[other, one]


def test_order_one_leaves_the_pairs_out():
    first = sensitivities(black_scholes, order=1)(**MARKET)
    both = sensitivities(black_scholes)(**MARKET)
    assert list(first) == ["value", *MARKET]
    assert first == {name: both[name] for name in first}


def test_what_is_no_number_or_passed_by_position_is_handed_on():
    def f(place, *, x, kind, flag, nothing):
        assert type(place) is float
        assert (kind, flag, nothing) == ("call", True, None)
        return place * x * x

    answer = sensitivities(f)(3.0, x=2.0, kind="call", flag=True, nothing=None)
    assert answer == {"value": 12.0, "x": 12.0, ("x", "x"): 6.0}


def test_a_result_that_does_not_depend_on_a_name():
    answer = sensitivities(lambda x, y: x * x)(x=3.0, y=2.0)
    assert (answer["y"], answer["x", "y"], answer["y", "y"]) == (0.0, 0.0, 0.0)
    assert sensitivities(lambda x: 5)(x=3.0) == {"value": 5.0, "x": 0.0, ("x", "x"): 0.0}
    assert sensitivities(lambda x: x)(x=3.0) == {"value": 3.0, "x": 1.0, ("x", "x"): 0.0}


def test_values_from_outside_stay_linked():
    w, x = Parameter(3.0), Value(2.0)
    for order in (1, 2):
        answer = sensitivities(lambda x: w * x * x, order)(x=x)
        assert all(isinstance(number, Value) for number in answer.values())
        assert answer["x"].data == 12.0
    answer["x", "x"].backward()
    assert w.grad == 2.0
    with no_grad():
        assert sensitivities(lambda x: w * x * x)(x=x) == {"value": 12.0, "x": 12.0, ("x", "x"): 6.0}
    assert grad(lambda t: sensitivities(lambda x: x**3 * t)(x=2.0)["x", "x"])(5.0) == 12.0


def test_a_domain_error_names_the_argument():
    with pytest.raises(DomainError, match=r"log\(spot = -1.0\)"):
        sensitivities(lambda spot: 2 * log(spot))(spot=-1.0)


def test_refusals():
    with pytest.raises(TypeError, match=r"sensitivities: f must be a function, got 3\.0"):
        sensitivities(3.0)
    with pytest.raises(ValueError, match="sensitivities: order must be 1 or 2, got 3"):
        sensitivities(black_scholes, order=3)
    with pytest.raises(ValueError, match="pass at least one number by keyword"):
        sensitivities(lambda x: x)(3.0)
    with pytest.raises(ValueError, match="an argument cannot be called 'value'"):
        sensitivities(lambda value: value)(value=3.0)
    with pytest.raises(TypeError, match=r"the keyword argument 'x' takes one real number, not the list \[1.0\]"):
        sensitivities(lambda x: x[0])(x=[1.0])
    with pytest.raises(TypeError, match="sensitivities: fun must return one number, got a list of 1"):
        sensitivities(lambda x: [x])(x=1.0)


def test_the_name_and_the_doc_are_kept():
    assert sensitivities(black_scholes).__name__ == "black_scholes"
    assert sensitivities(black_scholes).__doc__ == "The price of a European option."
