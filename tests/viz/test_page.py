"""The step-through page as text: what is in it, what cannot be, and what it refuses."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import math
import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from autograd import Parameter, Primitive, StaleGraphError, Value, errstate, exp, javascript, scope, tanh
from autograd.primitives import PRIMITIVES
from nn import MLP, half_squared_error
from tests.support.backends import arity, table
from tests.support.graphs import HOSTILE, broken, hostile, network, square_and_more
from viz import DiagramError, step_through
from viz.page import page_of, pictures
from viz.page.document import _SCRIPTS, _STYLES
from viz.page.languages import language_of


class Parsed(HTMLParser):
    """The elements of a page, and the text of its scripts and styles."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.raw, self.inside = [], {}, None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.inside = dict(attrs).get("id", tag) if tag in ("script", "style") else None

    def handle_endtag(self, _tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside:
            self.raw[self.inside] = self.raw.get(self.inside, "") + data


def facts(page):
    return json.loads(Parsed(page).raw["facts"])


def test_the_page_is_one_file_that_names_no_other():
    elements = Parsed(page_of(network([2, 3, 1]))).elements
    for tag, attributes in elements:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "form")
        assert not attributes.keys() & {"src", "srcset", "action", "data", "style"}
        assert attributes.get("href", "#").startswith("#")
        assert not [name for name in attributes if name.startswith("on")]


def test_the_policy_allows_this_style_and_this_script_alone():
    parsed = Parsed(page_of(square_and_more()))
    (policy,) = [attributes["content"] for tag, attributes in parsed.elements if "http-equiv" in attributes]
    hashes = {
        key: base64.b64encode(hashlib.sha256(parsed.raw[key].encode()).digest()).decode() for key in ("style", "script")
    }
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes['style']}'; script-src 'sha256-{hashes['script']}'; "
        f"base-uri 'none'"
    )


def test_labels_are_data():
    page = page_of(hostile())
    plain = page_of(square_and_more())
    assert sorted({tag for tag, _ in Parsed(page).elements}) == sorted({tag for tag, _ in Parsed(plain).elements})
    assert page.count("<script") == page.count("</script") == 2
    assert page.encode()  # no lone surrogate
    names = facts(page)["names"]
    assert "<script>alert(1)</script>" in names
    assert max(map(len, names)) <= 2000
    assert len(HOSTILE) < len(names)


def test_the_same_graph_gives_the_same_bytes_in_a_new_process():
    code = (
        "from tests.support.graphs import network; from viz.page import page_of; "
        "print(hash(page_of(network([2, 2, 1]))))"
    )
    environment = {"PYTHONHASHSEED": "0"}
    first, second = (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment).stdout
        for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize(
    ("net", "values", "most"),
    [
        (lambda: network([2, 3, 1], loss="square"), 42, 160_000),
        (lambda: half_squared_error(MLP(2, [3, 1], output_activation="tanh", rng=0)([0.3, 1.0]), 0.75), 42, 160_000),
        (lambda: network([3, 8, 8, 1]), 336, 500_000),
    ],
    ids=["raw", "nn", "3-8-8-1"],
)
def test_a_page_is_no_bigger_than_it_need_be(net, values, most):
    root = net()
    assert len(root.topological_order()) == values
    assert len(page_of(root).encode()) < most


def test_each_shape_of_a_formula_is_written_once():
    said = facts(page_of(network([3, 8, 8, 1])))
    assert len(said["symbols"]) == 336
    assert len({json.dumps(shape) for shape in said["shapes"]}) == len(said["shapes"]) < 30
    used = {formula[0] for formula in (*said["symbols"], *said["terms"], *itertools.chain(*said["primes"].values()))}
    assert used == set(range(len(said["shapes"])))


# --- one source of words, numbers and colours ---------------------------------------------------------------

PARTS = {name: (files("viz.page") / name).read_text(encoding="utf-8") for name in (*_SCRIPTS, *_STYLES)}
SCRIPT = re.sub(r"^\s*//.*$|\s//\s.*$", "", "\n".join(PARTS[name] for name in _SCRIPTS), flags=re.MULTILINE)


def test_the_script_says_no_word_that_is_not_in_the_table():
    said = set(re.findall(r"""say\(\s*"(\w+)\"""", SCRIPT))
    assert len(said) > 40
    assert said <= language_of("en").words.keys()
    assert [key for key in language_of("en").words if not re.search(rf"""["'.]{key}\b""", SCRIPT)] == []
    quoted = re.findall(r"""(?<![\w\]])"([^"\n]*)"|'([^'\n]*)'|`([^`]*)`""", SCRIPT)
    texts = [re.sub(r"\$\{[^}]*\}", "", "".join(text)) for text in quoted]
    assert [text for text in texts if re.search(r"[A-Za-z]{3,},? [a-z]{2,}", text) and text not in CLASSES] == []


CLASSES = {"value muted", "grad value", "graphics-symbol img"}
"""Texts that look like words in a script, and are none."""


def test_the_gaps_of_the_words_are_those_that_the_script_fills():
    for key, words in language_of("en").words.items():
        for text in words if isinstance(words, list) else [words]:
            if isinstance(text, str):
                for gap in re.findall(r"\{(\w+)\}", text):
                    assert re.search(rf"\b{gap}\b", SCRIPT), (key, gap)


def test_colours_type_and_numbers_come_from_python():
    for name, text in PARTS.items():
        colours = re.findall(r"#[0-9a-fA-F]{3,8}\b", text.replace("url(#hatch)", "").replace("url(#stripes)", ""))
        # The ring of the focus is the page's own.
        assert [colour for colour in colours if name != "page.css" or colour not in ("#0969da", "#58a6ff")] == [], name
        assert "monospace" not in text
        assert not {"\u2212", "\\u2212", "0.602", "toFixed(4)", "1e4", "1e-3"} & set(re.split(r"[\s\"';]+", text)), name


def test_what_cannot_be_translated_is_said(define):
    texty = define("texty", forward=lambda x: float(str(x)), partials=lambda x, out: (1.0,))
    still = facts(page_of(texty(Value(2.0, "x"))))["still"]
    assert still.startswith("The leaves of this page cannot be moved: the operation 'texty' cannot be written in Java")


def test_no_gradient_changes_and_hooks_run_once():
    a = Value(3.0, "a")
    b = (a * a).named("b")
    seen = []
    b.register_hook(seen.append)
    y = b + 1.0
    y.backward()
    y.backward()
    page = page_of(y)
    assert a.grad == 12.0
    assert seen == [1.0] * 3
    assert facts(page)["replaced"] == {}


def test_what_a_hook_replaces_is_kept():
    a = Value(3.0, "a")
    b = (a * a).named("b")
    b.register_hook(lambda _gradient: math.nan)
    said = facts(page_of(b + 1.0))
    assert said["replaced"] == {"1": "NaN"}
    assert said["still"] == "The leaves of this page cannot be moved: a hook in Python replaces the gradient of b."


def test_numbers_that_are_not_finite_are_strings():
    said = facts(page_of(broken()))
    assert "Infinity" in said["data"]
    assert "NaN" in said["data"]
    said = facts(page_of(Value(-math.inf, "only")))
    assert said["data"] == ["-Infinity"]


def test_names_from_variables():
    x = Value(1.0)
    assert facts(page_of(x * 2.0, names={"speed": x}))["names"] == ["speed", "2", "speed·2"]


def test_levels_are_those_that_differ():
    levels = lambda root: [level["detail"] for level in facts(page_of(root))["levels"]]  # noqa: E731 -- used here alone
    assert levels(square_and_more()) == ["full"]
    assert levels(network([2, 3, 1])) == ["full", "neurons", "layers"]


def test_a_big_graph_is_folded_and_a_huge_one_refused(monkeypatch):
    with scope("body"):
        total = Parameter(0.5, "w") * 1.0
        for _ in range(2_000):
            total = tanh(total)
    assert "full" not in [level["detail"] for level in facts(page_of(total + 1.0))["levels"]]
    monkeypatch.setattr(pictures, "MOST_VALUES", 2_000)
    with pytest.raises(DiagramError, match=r"at most 2,000 values; this graph has 2,003\. .* draw\(root, focus=node\)"):
        page_of(total)


def test_beyond_twenty_thousand_values_a_page_has_no_symbols():
    total = Value(0.5, "x")
    for _ in range(20_000):
        total = tanh(total)
    said = facts(page_of(total))
    assert (said["symbols"], said["terms"], said["shapes"], said["primes"]) == (None, None, [], {})
    assert len(said["names"]) == 20_001


def test_a_long_chain_without_scopes_shows_its_ends():
    total = Value(0.5, "x")
    for _ in range(2_000):
        total = tanh(total)
    assert [level["detail"] for level in facts(page_of(total))["levels"]] == ["ends"]


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ((3.0,), TypeError, r"step_through\(\): the root of the graph must be a Value, got 3.0 of type float"),
        ((Value(1.0), {"names": [1]}), TypeError, "names must be a dict from names to Values"),
        ((Value(1.0), {"theme": "pink"}), ValueError, "theme='pink' is not known: use one of 'auto', 'light', 'dark'"),
    ],
)
def test_wrong_arguments(arguments, error, said):
    root, options = arguments if len(arguments) == 2 else (*arguments, {})
    with pytest.raises(error, match=said):
        page_of(root, **options)


def test_a_stale_graph_is_refused():
    a = Value(3.0, "a")
    y = a * a
    a.data = 4.0
    with pytest.raises(StaleGraphError, match="'a'"):
        page_of(y)


def test_step_through_writes_the_page(tmp_path):
    root = square_and_more()
    path = step_through(root, str(tmp_path / "page.html"), theme="dark")
    assert path == tmp_path / "page.html"
    assert path.read_text(encoding="utf-8") == page_of(root, theme="dark")
    with pytest.raises(DiagramError, match="there is no folder"):
        step_through(root, tmp_path / "nowhere" / "page.html")


# --- operations in JavaScript -----------------------------------------------------------------------------


def test_the_whole_table_is_translated():
    source = javascript([(op, arity(op)) for op in table()])
    assert source.count("\n  operation(") == len(table())
    assert "</script" not in source
    assert "<!--" not in source


WORDS = ("one", "two")


def with_a_block(x):
    with errstate():
        return x


def with_an_attribute(x):
    x.data = 1.0
    return x


def with_a_message(x):
    raise x


def with_a_bare_except(x):
    try:
        return 1.0 / x
    except:  # noqa: E722 -- what is tested
        return 0.0


def with_a_key_error(x):
    try:
        return 1.0 / x
    except KeyError:
        return 0.0


def raising(x):
    if x < 0.0:
        raise math.pi
    return x


def with_a_default(x, way=None):
    return way or x


REFUSED = {
    "statement": (with_a_block, "with errstate"),
    "assignment": (with_an_attribute, "an assignment to x.data"),
    "raise": (with_a_message, "raise x: not an ArithmeticError, a ValueError or an IndexError"),
    "raise a number": (raising, "raise math.pi: not an ArithmeticError, a ValueError or an IndexError"),
    "except a kind": (with_a_key_error, "except KeyError is not translated"),
    "lists compared": (lambda x: 1.0 if [x] == [x] else 0.0, "this comparison is not translated"),
    "except": (with_a_bare_except, "an except without a type"),
    "default": (lambda x: 2.0 * with_a_default(x), "'way' is not a condition"),
    "words": (lambda x: x + WORDS[0], "the operator of 'x \\+ WORDS\\[0\\]'"),
    "text": (lambda x: float(str(x)), "'str' is not translated"),
    "power of a name": (lambda x: x @ x, "the operator of 'x @ x'"),
    "keyword": (lambda x: max(x, key=abs), "'max\\(x, key=abs\\)' is not translated"),
    "unknown": (lambda x: math.nothing(x) + 1.0, "'math.nothing' is not translated"),
    "string": (lambda x: "x", "'x'"),
    "identity": (lambda x: 1.0 if x is x else x, "this comparison is not translated"),
    "text given": (lambda x, *, y="1.0": x + y, "the operator of 'x \\+ y'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_translated_is_refused_by_name(define, case):
    forward, why = REFUSED[case]
    op = define("mine", forward=forward, partials=lambda x, out: (1.0,))
    with pytest.raises(NotImplementedError, match=rf"the operation 'mine' cannot be written in JavaScript: .*({why})"):
        javascript([op])


def test_an_operation_without_source_is_refused(define):
    forward = eval("lambda x: x + 1.0")
    op = define("nowhere", forward=forward, partials=lambda x, out: (1.0,))
    with pytest.raises(NotImplementedError, match=r"'nowhere' .* the source of .* is not at hand"):
        javascript([op])


def test_nothing_is_asked_of_operations_that_do_not_occur():
    assert "p_sigmoid" not in javascript([exp(Value(1.0)).op])
    assert isinstance(PRIMITIVES["exp"], Primitive)
    assert re.search(r"return \[\n\];", javascript([]))


def test_the_runtime_is_as_large_as_its_operations_need():
    product, power = ((Value(2.0) * 3.0).op, 2), ((Value(2.0) ** 2.5).op, 1)
    small, large = javascript([product]), javascript([product, power])
    for name in ("function power", "copysign:", "function checked", "function raise"):
        assert name not in small
        assert name in large
    assert "exactSum" not in large
    assert "//" not in small  # comments are for the readers of the source
