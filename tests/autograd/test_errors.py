"""The tree of errors, the texts a user meets, and that every check is a real one, also under ``python -O``."""

import pickle
import subprocess
import sys
import textwrap
import traceback
from pathlib import Path

import pytest

import autograd
from autograd import DomainError, OverflowDomainError, Value, errors, exp, log, where
from autograd.primitives import PRIMITIVES

ROOT = Path(__file__).parents[2]

BASES = {
    "AnomalyError": ("AutogradError",),
    "AutogradError": ("Exception",),
    "ConvergenceError": ("AutogradError", "RuntimeError"),
    "ConversionError": ("AutogradError", "TypeError"),
    "DivisionDomainError": ("DomainError", "ZeroDivisionError"),
    "DomainError": ("AutogradError", "ValueError"),
    "GradientError": ("AutogradError",),
    "GradientWarning": ("RuntimeWarning",),
    "GuardError": ("AutogradError",),
    "OverflowDomainError": ("DomainError", "OverflowError"),
    "RecordingWarning": ("RuntimeWarning",),
    "RecordingError": ("AutogradError",),
    "StaleGraphError": ("AutogradError",),
    "TapeError": ("AutogradError", "ValueError"),
}


def test_the_asserts_of_this_suite_are_real():
    # Under python -O a bare assert is nothing; pytest's rewriting keeps it. Without this line, who would know?
    with pytest.raises(AssertionError):
        assert Value(1.0).data == 2.0


def test_the_tree_is_the_one_that_is_drawn():
    tree = {name: tuple(base.__name__ for base in getattr(errors, name).__bases__) for name in errors.__all__}
    assert tree == BASES
    for name, bases in BASES.items():
        assert name in errors.__doc__
        assert all(base in errors.__doc__ for base in bases if base != "Exception")


def test_every_error_is_public_and_documented():
    for name in errors.__all__:
        assert getattr(autograd, name) is getattr(errors, name)
        assert getattr(errors, name).__doc__.endswith(".")


@pytest.mark.parametrize("name", errors.__all__)
def test_errors_survive_a_trip_to_another_process(name):
    error = getattr(errors, name)("what, which, the value, what to do")
    loaded = pickle.loads(pickle.dumps(error))
    assert type(loaded) is type(error)
    assert loaded.args == error.args


@pytest.mark.parametrize(
    ("compute", "also"),
    [
        (lambda: Value(1.0) / 0, ZeroDivisionError),
        (lambda: 1 / Value(0.0), ZeroDivisionError),
        (lambda: Value(0.0) ** -1, ZeroDivisionError),
        (lambda: Value(0.0) ** Value(-1.0), ZeroDivisionError),
        (lambda: exp(Value(1000.0)), OverflowError),
        (lambda: Value(1e200) ** 2, OverflowError),
        (lambda: Value(10**400), OverflowError),
        (lambda: log(Value(-1.0)), ValueError),
        (lambda: log(-1.0), ValueError),
        (lambda: log(0.0), ValueError),
        (lambda: Value(-2.0).sqrt(), ValueError),
        (lambda: Value(-8.0) ** (1 / 3), ValueError),
        (lambda: PRIMITIVES["pow"](-8.0, 1 / 3), ValueError),
    ],
)
def test_a_domain_error_is_also_the_error_python_would_raise(compute, also):
    with pytest.raises(DomainError) as caught:
        compute()
    assert isinstance(caught.value, also)


def test_a_domain_error_names_operation_label_value_and_the_way_out():
    with pytest.raises(DomainError) as caught:
        log(Value(-2.0, "rate"))
    text = str(caught.value)
    assert text.startswith("log(rate = -2.0) is outside the domain: log needs x > 0")
    assert "errstate(domain='nan')" in text


def test_a_domain_error_shows_the_captured_constant_and_unlabelled_operands():
    with pytest.raises(DomainError, match=r"^pow\(base = -8\.0, 0\.5\) is outside the domain"):
        Value(-8.0, "base") ** 0.5
    with pytest.raises(DomainError, match=r"^div\(1\.0, y = 0\.0\) is outside the domain"):
        1 / Value(0.0, "y")
    with pytest.raises(DomainError, match=r"^div\(x = 1\.0, 0\.0\) is outside the domain"):
        Value(1.0, "x") / 0


def test_an_overflow_says_too_large():
    with pytest.raises(OverflowDomainError, match=r"^exp\(z = 1000\.0\) is too large for a float\. Use errstate"):
        exp(Value(1000.0, "z"))


def test_an_error_inside_a_users_forward_keeps_its_own_words():
    def table(x):
        raise ValueError(f"no row for {x}")

    look_up = autograd.primitive("errors_look_up", forward=table, partials=lambda x, out: (1.0,))
    with pytest.raises(DomainError, match=r"errors_look_up\(7\.0\)") as caught:
        look_up(Value(7.0))
    assert "no row for 7.0" in "".join(traceback.format_exception(caught.value))


def test_a_number_of_the_wrong_type_is_a_plain_type_error():
    with pytest.raises(TypeError) as caught:
        where(Value(1.0), "a", 2.0)
    assert not isinstance(caught.value, errors.AutogradError)


# --- python -O --------------------------------------------------------------------------------------------

CHECKS = """
    import sys
    from autograd import (
        ConversionError, DomainError, GradientError, OverflowDomainError, StaleGraphError, Value, errstate, fsum, log,
        mean, no_grad, primitive, scope,
    )

    def set_data(node, number):
        node.data = number

    def stale():
        x = Value(1.0, "x")
        y = x * x
        x.data = 2.0
        y.backward()

    wrong = primitive("optimised_wrong", forward=lambda x: x, partials=lambda x, out: (1.0, 1.0))
    x = Value(1.0, "x")
    CASES = [
        (TypeError, "takes one real number", lambda: Value("1")),
        (TypeError, "None", lambda: Value(None)),
        (TypeError, "complex", lambda: Value(1j)),
        (TypeError, "the list", lambda: Value([1.0])),
        (TypeError, "already part of a graph", lambda: Value(x)),
        (OverflowDomainError, "do", lambda: Value(10**400)),
        (TypeError, "a label must be a str", lambda: Value(1.0, 3)),
        (AttributeError, "dta", lambda: setattr(x, "dta", 1.0)),
        (TypeError, "the str", lambda: x + "a"),
        (StaleGraphError, "is computed", lambda: set_data(x * 2, 1.0)),
        (StaleGraphError, "'x'", stale),
        (DomainError, "needs x > 0", lambda: log(Value(-1.0))),
        (GradientError, "has no gradient yet", lambda: (x * 2).flows_into(x)),
        (GradientError, "gave 2 local gradient(s) for 1 input(s)", lambda: wrong(x).backward()),
        (ValueError, "the name is taken", lambda: primitive("exp", forward=abs, partials=lambda x, out: (1.0,))),
        (TypeError, "needs partials", lambda: primitive("optimised_none", forward=abs)),
        (ValueError, "mean() of no values", lambda: mean([])),
        (TypeError, "fsum() takes a list", lambda: fsum(3.0)),
        (ValueError, "'raise' or 'nan'", lambda: errstate(domain="warn")),
        (TypeError, "a name as a str", lambda: scope(3)),
        (TypeError, "to decorate it write @no_grad", lambda: no_grad(lambda: 1.0)),
        (ConversionError, "float() of 'x' (data = 1.0)", lambda: float(x)),
        (TypeError, "a function of the gradient", lambda: x.register_hook(3)),
    ]
    failures = []
    for kind, fragment, attempt in CASES:
        try:
            attempt()
        except kind as error:
            if fragment not in str(error):
                failures.append(f"{error!r} lacks {fragment!r}")
        except Exception as error:
            failures.append(f"{error!r} instead of {kind.__name__}")
        else:
            failures.append(f"no {kind.__name__} with {fragment!r}")
    print(len(CASES), "checks", "optimised" if sys.flags.optimize else "plain")
    sys.exit("; ".join(failures) or 0)
"""


@pytest.mark.parametrize(("option", "mode"), [("-O", "optimised"), ("-OO", "optimised"), ("-B", "plain")])
def test_the_checks_are_real_in_an_optimised_run(option, mode):
    run = subprocess.run(
        [sys.executable, option, "-W", "error", "-c", textwrap.dedent(CHECKS)],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == f"23 checks {mode}"
