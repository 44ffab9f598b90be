"""The step-through page in a real browser: its numbers against Python's, its controls, and that it keeps to itself."""

from __future__ import annotations

import functools
import itertools
import math
import random
from urllib.parse import parse_qs

import numpy as np
import pytest

import autograd as ag
from autograd import Parameter, Value, errstate, javascript, log, relu, scope, sqrt, where
from tests.browser import launched, opened
from tests.graphs import HOSTILE, broken, hostile, network, square_and_more
from tests.replay_backends import HARD, SPECIAL, arity, name, table
from viz import draw, step_through
from viz.numbers import number, short, signed

WIRE = {math.inf: "Infinity", -math.inf: "-Infinity"}
REAL = "(x) => typeof x === 'string' ? Number(x) : x"
SHOWN = "#graph svg.shown"
PAIRED = (0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3.0, 1 / 3, -7.3, 40.0, 1e-8, 1e308, math.inf, -math.inf, math.nan)


def wired(x):
    """A float as it travels to the page, and back, where JSON has no word for it."""
    return "NaN" if math.isnan(x) else WIRE.get(x, x)


def unwired(x):
    return float(x) if not isinstance(x, str) else {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}[x]


PLAIN = "(x) => Number.isFinite(x) ? x : String(x)"
NUMBERS = f"""() => {{
  const plain = {PLAIN};
  const {{data, locals, flows, gradients, outside}} = chainrule.numbers;
  return {{
    data: data.map(plain), locals: locals.map(plain), outside: [...outside],
    gradients: gradients.map((x) => plain(x ?? 0)), flows: flows.map((x) => plain(x ?? 0)),
  }};
}}"""


@pytest.fixture(scope="module")
def browser():
    with launched() as found:
        yield found


@pytest.fixture
def show(browser, tmp_path):
    """Open the page of a graph; what it should not do makes the test fail."""
    stack = []

    def shown(root, address="", **context):
        path = step_through(root, tmp_path / f"page{len(stack)}.html", theme=context.pop("theme", "auto"))
        stack.append(opened(browser, path, address, **context))
        return stack[-1].__enter__()

    yield shown
    for one in stack:
        one.__exit__(None, None, None)


def card(watched, root, label):
    """The card of a node of the full picture."""
    order = root.topological_order()
    place = next(i for i, node in enumerate(order) if node.label == label)
    return watched.page.locator(f'{SHOWN} g[data-key="n{place}"]')


def steps_of(root):
    """The backward pass in Python, as far as it can go without a gradient being written."""
    return list(itertools.islice(root.backward_steps(), len(root.topological_order())))


# --- stepping ---------------------------------------------------------------------------------------------


def gated():
    x = Value(4.0, "x")
    return where(0.0, sqrt(x - 4.0), x * relu(x)).named("y")


def several_users():
    x, y = Value(0.7, "x"), Value(-1.3, "y")
    z = x * y + x**3
    return (ag.fsum([z, x, z]) * ag.dot([x, y], [z, x]) / (1.0 + y * y)).named("out")


GRAPHS = {
    "square": square_and_more,
    "network": lambda: network([2, 3, 1]),
    "two examples": lambda: network([2, 2, 1], examples=2, loss="square", backward=False),
    "nan and inf": broken,
    "closed gate": gated,
    "several users": several_users,
    "a single leaf": lambda: Value(2.5, "only"),
}


@pytest.mark.parametrize("graph", GRAPHS)
def test_the_steps_are_those_of_backward_steps(show, graph):
    root = GRAPHS[graph]()
    order = root.topological_order()
    place = {node: i for i, node in enumerate(order)}
    before = repr([(node.grad, node.has_grad) for node in order])
    got = show(root).ask(f"""() => {{
        const plain = {PLAIN};
        return chainrule.steps().map((step) => ({{
            node: step.node, gradient: plain(step.gradient), totals: step.totals.map(plain),
            flows: step.flows.map((flow) => [plain(flow.local), plain(flow.contribution)]),
        }}));
    }}""")
    assert repr([(node.grad, node.has_grad) for node in order]) == before
    expected = steps_of(root)
    assert len(got) == len(expected) == len(order)
    for mine, step in zip(got, expected, strict=True):
        assert mine["node"] == place[step.node]
        flows = [[flow.local, flow.contribution] for flow in step.flows]
        numbers = [mine["gradient"], *mine["totals"], *itertools.chain(*mine["flows"])]
        np.testing.assert_array_equal(
            [unwired(x) for x in numbers], [step.gradient, *step.totals, *itertools.chain(*flows)]
        )


@pytest.mark.parametrize("graph", ["square", "network", "closed gate"])
def test_each_step_shows_its_arithmetic_and_the_partial_sums(show, graph):
    root = GRAPHS[graph]()
    order = root.topological_order()
    place = {node: i for i, node in enumerate(order)}
    watched = show(root, "#pass=backward&step=0")
    chips = f"""() => Object.fromEntries([...document.querySelectorAll("{SHOWN} g.card")].map(
        (card) => [card.dataset.key, [...card.querySelectorAll("text")].at(-1).textContent]))"""
    sums = {}
    assert set(watched.ask(chips).values()) == {"·"}
    for k, step in enumerate(steps_of(root), start=1):
        watched.page.keyboard.press("ArrowRight")
        assert watched.text("#count") == f"{k} / {len(order)}"
        sums[place[step.node]] = step.gradient
        lines = watched.page.locator("#said .sums li").all_inner_texts() if step.flows else []
        assert len(lines) == len(step.flows)
        for line, flow, total, parent in zip(lines, step.flows, step.totals, step.node.parents, strict=False):
            closed = step.node.op.name == "where" and not flow.local
            if not closed:
                sums[place[parent]] = total
                assert signed(flow.contribution) in line
                assert line.startswith(f"{parent.label}" if parent.label else "")
                assert ".grad += " in line
                if step.node.op.name != "where":
                    assert number(flow.local) in line
                    assert number(flow.upstream) in line
        shown = watched.ask(chips)
        assert shown == {f"n{i}": signed(sums.get(i)) for i in range(len(order))}
    assert watched.ask("location.hash") == f"#pass=backward&step={len(order)}"


def test_the_arithmetic_of_a_step_in_words(show):
    watched = show(square_and_more(), "#pass=backward&step=3")
    assert watched.page.locator("#said .sums li").all_inner_texts() == []
    assert "A leaf" in watched.text("#said")
    watched.page.keyboard.press("ArrowLeft")
    assert watched.page.locator("#said .sums li").all_inner_texts() == [
        "a.grad += 3.0000 · 1.0000 = +3.0000\nso far +4.0000",
        "a.grad += 3.0000 · 1.0000 = +3.0000\nso far +7.0000",
    ]


def test_the_forward_pass_shows_values_in_topological_order(show):
    root = network([2, 3, 1])
    order = root.topological_order()
    computed = [i for i, node in enumerate(order) if node.op]
    watched = show(root)
    watched.page.get_by_role("button", name="Forward", exact=True).click()
    values = f"""() => Object.fromEntries([...document.querySelectorAll("{SHOWN} g.card")].map(
        (card) => [card.dataset.key, [...card.querySelectorAll("text")].at(-3).textContent]))"""
    known = {i for i, node in enumerate(order) if not node.op}
    for k in [None, *computed]:
        if k is not None:
            known.add(k)
            watched.page.get_by_role("button", name="Step on").click()
            assert number(order[k].data) in watched.page.locator("#said .sums li").last.inner_text()
        assert watched.ask(values) == {
            f"n{i}": number(node.data) if i in known else "·" for i, node in enumerate(order)
        }
    z = next(node for node in order if node.label == "z1[1]")
    watched.ask(f"location.hash = 'pass=forward&step={computed.index(order.index(z)) + 1}'")
    operands = [number(parent.data) for parent in z.parents]
    right = f"({operands[1]})" if operands[1].startswith("−") else operands[1]
    left = f"({operands[0]})" if operands[0].startswith("−") else operands[0]
    watched.page.get_by_text(f"z1[1] = {left} + {right} = {number(z.data)}").wait_for(timeout=5000)


def test_hooks_replace_gradients_and_leaves_stay_where_they_are(show):
    a = Value(3.0, "a")
    b = (a * 2.0).named("b")
    b.register_hook(lambda gradient: 10.0 * gradient)
    watched = show((b * b).named("y"))
    assert watched.ask("chainrule.steps().map((step) => step.gradient)")[-1] == steps_of(b * b)[-1].gradient == 240.0
    watched.page.get_by_role("tab", name="Move leaves").click()
    assert watched.text("#leaves") == (
        "The leaves of this page cannot be moved: a hook in Python replaces the gradient of b."
    )
    watched.page.get_by_role("tab", name="Explain").click()
    watched.ask("location.hash = 'pass=backward&step=2'")
    watched.page.get_by_text("A hook replaced this gradient.").wait_for(timeout=5000)


# --- looking at a node ------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["hover", "click", "focus"])
def test_a_node_shows_every_flow_and_its_chain_rule(show, way):
    root = network([2, 3, 2, 1])
    watched = show(root)
    one = card(watched, root, "a1[1]")
    getattr(one, way)()
    if way == "focus":  # as Tab does
        watched.page.keyboard.press("Shift+Tab")
        watched.page.keyboard.press("Tab")
    node = next(node for node in root.topological_order() if node.label == "a1[1]")
    said = watched.text("#said")
    flows = root.flows_into(node)
    assert "2 flows in" in said
    for flow in flows:
        assert signed(flow.contribution) in said
    rows = watched.page.locator("#said .chain mtr")
    assert rows.count() == 5
    assert watched.page.locator("#said .chain mtr mfrac").count() == 3
    assert rows.last.text_content() == "=" + number(node.grad)
    assert watched.page.locator(f"{SHOWN} g.link.into").count() == 2
    off = watched.page.locator(f"{SHOWN} g.card.off").count()
    on_paths = {node}
    for other in root.topological_order():
        if any(parent in on_paths for parent in other.parents):
            on_paths.add(other)
    assert off == len(root.topological_order()) - len(on_paths)
    assert one.get_attribute("aria-label") == (
        f"a1[1], σ, value {number(node.data)}, gradient {signed(node.grad)}, sum of 2 flows"
    )


def test_a_node_of_many_flows_scrolls_inside_the_panel(show):
    x = Value(0.5, "x")
    total = x
    for k in range(30):
        total = total + (x * Value(k + 0.5, f"w{k}")).named(f"a_rather_long_name_{k}")
    watched = show(total.named("y"))
    watched.page.keyboard.press("Escape")
    watched.ask("location.hash = 'node=0'")
    watched.page.get_by_text("31 flows in").wait_for(timeout=5000)
    assert watched.ask("document.documentElement.scrollWidth <= innerWidth")
    assert watched.ask("document.getElementById('panel').scrollWidth <= document.getElementById('panel').clientWidth")


# --- moving leaves ----------------------------------------------------------------------------------------


def moved(watched, root, numbers):
    """Move the leaves in the page and in Python; what each has then."""
    order = root.topological_order()
    place = {node: i for i, node in enumerate(order)}
    for leaf, x in numbers.items():
        leaf.data = x
        watched.ask(f"([i, x]) => chainrule.move(i, ({REAL})(x))", [place[leaf], wired(x)])
    with errstate(domain="nan"):
        root.forward()
        steps = steps_of(root)
    return watched.ask(NUMBERS), steps


def agrees(got, root, steps, rtol=1e-12):
    order = root.topological_order()
    place = {node: i for i, node in enumerate(order)}
    flows = [[] for _ in order]
    gradients = [0.0] * len(order)
    for step in steps:
        gradients[place[step.node]] = step.gradient
        flows[place[step.node]] = [flow.contribution for flow in step.flows] or [0.0] * len(step.node.parents)
    expected = {
        "data": [node.data for node in order],
        "locals": list(itertools.chain.from_iterable(node.partials() for node in order if node.op)),
        "gradients": gradients,
        "flows": list(itertools.chain(*flows)),
    }
    for what, numbers in expected.items():
        with np.errstate(invalid="ignore"):
            scale = np.max([abs(x) for x in numbers if math.isfinite(x)], initial=0.0)
        np.testing.assert_allclose(
            [unwired(x) for x in got[what]], numbers, rtol=rtol, atol=1e-15 * min(scale, 1e3), err_msg=what
        )


@pytest.mark.parametrize("graph", ["square", "network", "two examples", "several users", "closed gate"])
def test_moved_leaves_give_python_s_numbers(show, graph):
    root = GRAPHS[graph]()
    watched = show(root)
    uniform = random.Random(1).uniform
    leaves = [node for node in root.topological_order() if not node.op and node.kind != "constant"]
    for _ in range(4):
        got, steps = moved(watched, root, {leaf: uniform(0.05, 0.95) for leaf in leaves})
        agrees(got, root, steps)


FUNCTIONS = [
    "acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "cos", "cosh", "digamma", "elu", "erf", "erfc", "exp",
    "expm1", "floor", "gelu", "leaky_relu", "lgamma", "log", "log1p", "log2", "log10", "log_sigmoid", "norm_cdf",
    "norm_pdf", "reciprocal", "relu", "sigmoid", "sign", "silu", "sin", "sinh", "softplus", "softsign", "sqrt",
    "square", "step", "tan", "tanh",
]  # fmt: skip


def of_every_operation():
    x, y, z = Value(0.3, "x"), Value(0.6, "y"), Value(0.8, "z")
    terms = [getattr(ag, one)(y if one != "acosh" else y + 1.0) for one in FUNCTIONS]
    terms += [ag.maximum(x, y), ag.minimum(x, z), ag.hypot(x, y), ag.atan2(y, x), ag.clip(x, 0.2, 0.5), where(x, y, z)]
    terms += [x**2, x**3, y**-1.5, z**0, x**y, abs(x - y), -x, x / z, x - y, ag.prod([x, y, z]), ag.mean([x, z])]
    terms += [ag.logsumexp([x, y, z]), *ag.softmax([x, y, z]), ag.fsum([x, y, x]), ag.dot([x, y], [y, z])]
    total = terms[0]
    for term in terms[1:]:
        total = total + term * 0.1
    return total.named("all")


def test_every_operation_moves_as_in_python_inside_and_outside_its_domain(show):
    root = of_every_operation()
    watched = show(root)
    leaves = [node for node in root.topological_order() if node.label in ("x", "y", "z")]
    draw = random.Random(2)
    points = [[draw.uniform(0.1, 0.9) for _ in leaves] for _ in range(6)]
    points += [[draw.choice([-1.0, 0.0, 1.0, 2.0, -3.5, 40.0]) for _ in leaves] for _ in range(6)]
    points += [[math.nan, 0.5, 0.5], [math.inf, 1.0, -math.inf], [0.5, 0.5, 0.5], [-0.0, 0.0, 1.0]]
    for point in points:
        got, steps = moved(watched, root, dict(zip(leaves, point, strict=True)))
        agrees(got, root, steps)
    assert watched.ask("chainrule.numbers.outside.size") > 0


def test_the_whole_table_in_javascript(browser):
    """Values and partials at hard and special points, signs of zeros included."""
    ops = table()
    cases = []
    pick = np.random.default_rng(3)
    for k, op in enumerate(ops):
        n = arity(op)
        numbers = (*HARD, *SPECIAL) if n == 1 else PAIRED
        points = list(itertools.product(numbers, repeat=n)) if n <= 2 else pick.choice(numbers, (200, n)).tolist()
        points += pick.normal(size=(10, n)).tolist()
        for point in points:
            with errstate(domain="nan"):
                values = [Value(x) for x in point]
                out = (op.base or op)(*values, *op.constants)
                cases.append((k, point, out.data, out.partials()))
    wanted = [
        [k, [wired(x) for x in point], wired(out), [wired(x) for x in partials]] for k, point, out, partials in cases
    ]
    page = browser.new_page()
    got = page.evaluate(
        f"""(cases) => {{
            const [real, plain] = [{REAL}, {PLAIN}];
            const operations = {javascript(ops)};
            return cases.map(([k, inputs, out]) => [
                plain(operations[k].evaluate(inputs.map(real))[0]),
                ...operations[k].partials(inputs.map(real), real(out)).map(plain),
            ]);
        }}""",
        wanted,
    )
    page.close()
    assert len(cases) > 5_000
    for mine, (k, point, out, partials) in zip(got, cases, strict=True):
        np.testing.assert_allclose(
            [unwired(x) for x in mine], [out, *partials], rtol=1e-12, atol=0.0, err_msg=f"{name(ops[k])} at {point}"
        )


SCALES = ((1.0, 2.0), (0.5, -1.0))


def halves(x, times=2):
    if x < -5.0:
        raise ValueError("too small")
    return x / 2.0**times if times > 0 else x


def of_python(x, y):
    """What short numerical code is made of."""
    total: float = 0.0
    parts = [x, y] + [1.0] * 2
    parts.append(x)
    parts.extend(sorted(parts[::2]))
    for k, part in enumerate(parts, start=1):
        if not part:
            continue
        total += part * k
    while abs(total) > 50.0 and x not in (1.0, 2.0):
        total //= 3.0
        if total < 20.0:
            break
    for scale, shift in SCALES:
        total = total * scale + shift
    try:
        total = total % y + halves(x)
    except (ZeroDivisionError, OverflowError):
        total = -math.inf
    except ValueError:
        total = halves(y, 0) if y > 0.0 else 7.0
    return total


def of_sequences(x, y):
    both = (x, y)
    squares = [z * z for z in both if z > 0.0 or z < -1.0]
    total = sum(squares) + len(squares) + max(both) - min(x, y, 0.5) + parts_of(*both)[-1]
    total += functools.reduce(lambda a, b: a + 0.5 * b, [*both, 3.0], 1.0)
    total += sum(a * b for a, b in zip(both, reversed(both), strict=True)) + math.prod(range(1, 4)) + both[::-1][0]
    if any(z == 1.0 for z in both) and not all(map(math.isfinite, both)):
        total -= 1.0
    elif x.is_integer() or (x < y <= 4.0):
        total += int(x) ** 2 + pow(abs(y), 0.5)
    else:
        pass
    twice = lambda z: 2.0 * z  # noqa: E731 -- one kind of code that is met
    pair, one = [x, y], 1.0
    total += (x // 0.1) + (x % 0.1) + (x % -0.3) + math.copysign(1.0, math.trunc(-0.5 * x * x / 100.0))
    left, right = [y, x]
    total += left - right
    total += twice(x) + 1.0 * (not x) + (pair + [one])[2] + SCALES[0][1] * SCALES[1][0]  # noqa: RUF005 -- the same
    mantissa, exponent = math.frexp(total)
    return math.ldexp(mantissa, exponent) + math.copysign(math.remainder(x, 2.0), y) + math.factorial(3)


def parts_of(*values):
    return tuple(-value for value in values)


@pytest.mark.parametrize("forward", [of_python, of_sequences, lambda x, y: halves(x) - halves(y, 3)])
def test_python_s_ways_are_kept(browser, define, forward):
    op = define("of_python", forward=forward, partials=lambda x, y, out: (out - y, x**2 / y))
    points = list(itertools.product([0.5, -0.0, 2.0, -3.0, 1.0, 7.25, -6.0, 100.0], repeat=2))
    page = browser.new_page()
    got = page.evaluate(
        f"""(points) => {{
            const [op] = {javascript([op])};
            return points.map((at) => {{
                const [value, inside] = op.evaluate(at);
                return [({PLAIN})(value), inside, ...op.partials(at, value).map({PLAIN})];
            }});
        }}""",
        points,
    )
    page.close()
    for point, (value, inside, *partials) in zip(points, got, strict=True):
        with errstate(domain="nan"):
            expected = op(*map(Value, point))
        try:
            forward(*point)
        except (ArithmeticError, ValueError):
            assert not inside, point
        else:
            assert inside, point
        np.testing.assert_allclose(
            [unwired(x) for x in (value, *partials)],
            [expected.data, *expected.partials()],
            rtol=1e-13,
            err_msg=str(point),
        )


def test_whether_an_operation_is_inside_its_domain(browser):
    page = browser.new_page()
    x = Value(2.0)
    points = [
        [(log(x).op), 2.0, True],
        [log(x).op, -1.0, False],
        [ag.exp(x).op, 1000.0, False],
        [(x**-1).op, 0.0, False],
    ]
    ops = [op for op, _, _ in points]
    inside = page.evaluate(
        f"(inputs) => {javascript(ops)}.map((op, k) => op.evaluate([inputs[k]])[1])", [at for _, at, _ in points]
    )
    page.close()
    assert inside == [told for _, _, told in points]


def test_a_slider_moves_the_whole_picture_and_reset_puts_it_back(show):
    root = network([2, 3, 1])
    watched = show(root, "#tab=leaves")
    before = watched.ask(NUMBERS)
    order = root.topological_order()
    place = next(i for i, node in enumerate(order) if node.label == "W11[1]")
    row = watched.page.locator(f'#leaves [data-leaf="{place}"]')
    row.locator("input[type=number]").fill("0.75")
    node = order[place]
    node.data = 0.75
    root.forward()
    steps = steps_of(root)
    agrees(watched.ask(NUMBERS), root, steps)
    gradient = next(step.gradient for step in steps if step.node is node)
    assert row.locator(".grad").inner_text() == f"grad {signed(gradient)}"
    texts = card(watched, root, "W11[1]").locator("text").all_text_contents()
    assert texts[-1] == signed(gradient)
    assert texts[-3] == "0.7500"
    slider = row.locator("input[type=range]")
    slider.focus()
    slider.press("ArrowRight")
    assert watched.ask("(i) => chainrule.numbers.data[i]", place) != 0.75
    watched.page.get_by_role("button", name="Put all leaves back").click()
    assert watched.ask(NUMBERS) == before


def test_leaving_a_domain_is_told_and_shown_as_nan(show):
    x = Value(2.0, "x")
    root = (log(x) * 3.0).named("y")
    watched = show(root)
    watched.ask("chainrule.move(0, -1)")
    assert watched.text("#alarm") == "log(x): log(−1.0000) is outside its domain, it needs x > 0."
    texts = watched.page.locator(f'{SHOWN} g[data-key="n1"] text').all_text_contents()
    assert texts[-3] == "nan"
    chip = watched.page.locator(f'{SHOWN} g[data-key="n0"] rect.f-broken')
    assert chip.count() == 1
    assert "url(" in chip.evaluate("(element) => getComputedStyle(element).fill")
    watched.ask("chainrule.move(0, 1.5)")
    assert watched.page.locator("#alarm").is_hidden()
    assert chip.count() == 0


def test_a_constant_keeps_the_number_it_is_named_by(show):
    watched = show((Value(2.0, "x") * 3.0).named("y"), "#tab=leaves")
    assert watched.page.locator("#leaves .leaf label").all_inner_texts() == ["x"]
    watched.ask("chainrule.move(1, 5)")
    assert watched.ask("chainrule.numbers.data") == [2.0, 3.0, 6.0]


def test_a_move_that_fails_is_taken_back_and_told(show, define):
    picked = define("picked", forward=lambda x: (x, 2.0 * x)[int(x)], partials=lambda x, out: (1.0,))
    root = picked(Value(1.0, "x")).named("y")
    watched = show(root)
    watched.ask("chainrule.move(0, 7)")
    assert watched.text("#alarm") == "x = 7.0000 was taken back: an operation failed with IndexError."
    assert watched.ask("chainrule.numbers.data") == [1.0, 2.0]
    watched.ask("chainrule.move(0, 0.5)")
    assert watched.page.locator("#alarm").is_hidden()
    assert watched.ask("chainrule.numbers.data") == [0.5, 0.5]


def test_an_operation_of_the_user_s_own_moves_too(show, define):
    halved = define("halved", forward=lambda x: 0.5 * x, partials=lambda x, out: (0.5,))
    swish = define(
        "swish_of_mine",
        forward=lambda x: x * ag.sigmoid(x),
        partials=lambda x, out: (ag.sigmoid(x) + x * ag.sigmoid(x) * ag.sigmoid(-x),),
    )
    x = Value(0.5, "x")
    root = swish(halved(x)).named("y")
    watched = show(root)
    got, steps = moved(watched, root, {x: -1.75})
    agrees(got, root, steps)


def test_what_cannot_be_translated_is_said_and_the_rest_works(show, define):
    texty = define("texty", forward=lambda x: float(str(x)), partials=lambda x, out: (1.0,))
    root = (texty(Value(2.0, "x")) * 3.0).named("y")
    watched = show(root, "#tab=leaves")
    assert watched.text("#leaves").startswith(
        "The leaves of this page cannot be moved: the operation 'texty' cannot be written in JavaScript: "
    )
    watched.page.keyboard.press("Home")
    watched.page.keyboard.press("ArrowRight")
    assert watched.text("#count") == "1 / 4"
    assert watched.page.locator("#leaves input").count() == 0


# --- levels, search, table, address -----------------------------------------------------------------------


def test_folded_levels_show_the_same_numbers(show):
    root = network([3, 8, 8, 1])
    watched = show(root)
    assert watched.page.locator("#levels button").all_inner_texts() == ["every value", "neurons", "layers"]
    for level, folds in [("neurons", 17), ("layers", 3)]:
        watched.page.get_by_role("button", name=level, exact=True).click()
        largest = watched.ask(f"""() => [...document.querySelectorAll("{SHOWN} g.card[data-key^=g]")].map(
            (card) => [...card.querySelectorAll("text")].at(-1).textContent)""")
        assert len(largest) == folds
        groups = {}
        for node in root.topological_order():
            if node.scope and node is not root:
                key = node.scope if level == "neurons" else node.scope.partition("/")[0]
                groups.setdefault(key, []).append(abs(node.grad))
        expected = sorted(number(max(sizes)) for key, sizes in groups.items() if key != "loss")
        assert sorted(largest) == expected
        assert watched.ask("location.hash") == f"#level={level}"
    watched.page.locator(f"{SHOWN} g.card[data-key^=g]").first.hover()
    assert "the largest gradients first" in watched.text("#said")


def test_keys(show):
    root = network([2, 3, 1])
    size = len(root.topological_order())
    watched = show(root)
    press = watched.page.keyboard.press
    for key, count in [("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", size)]:
        press(key)
        assert watched.text("#count") == f"{count} / {size}"
    card(watched, root, "a1[1]").focus()
    press("Enter")
    assert watched.text("#said h2") == "a1[1]"
    press("Escape")
    assert watched.ask("location.hash") == f"#pass=backward&step={size}"
    watched.page.get_by_role("tab", name="Explain").focus()
    press("ArrowRight")
    assert watched.page.locator("#leaves").is_visible()
    assert watched.ask("document.activeElement.id") == "tab-leaves"
    press("ArrowLeft")
    assert watched.page.locator("#explain").is_visible()
    assert watched.text("#count") == f"{size} / {size}"  # the tabs' arrows are not the steps'


def test_play_goes_to_the_end_and_stops(show):
    watched = show(square_and_more(), "#step=1")
    watched.ask("document.body.dataset.kept = 'yes'")
    watched.page.clock.install()
    watched.page.get_by_role("button", name="Play").click()
    assert watched.page.get_by_role("button", name="Pause").is_visible()
    watched.page.clock.run_for(2_000)
    assert watched.text("#count") == "1 / 3"  # calmer where motion is to be reduced
    watched.page.clock.run_for(10_000)
    assert watched.text("#count") == "3 / 3"
    assert watched.page.get_by_role("button", name="Play").is_visible()


def test_search_finds_values_one_after_the_other(show):
    root = network([2, 3, 1])
    watched = show(root)
    watched.page.locator("#search").fill("w11[")
    assert watched.text("#matches") == "4 matches"
    names = []
    for _ in range(4):
        watched.page.keyboard.press("Enter")
        names.append(watched.text("#said h2"))
    assert sorted(names) == ["W11[1]", "W11[1]·a1[0]", "W11[2]", "W11[2]·a1[1]"]
    assert watched.page.locator(f"{SHOWN} g.card.hit").count() == 4
    watched.page.locator("#search").fill("nothing like it")
    assert watched.text("#matches") == "0 matches"
    assert watched.page.locator("g.card.hit").count() == 0


def test_the_table_sorts(show):
    root = network([2, 3, 1])
    order = root.topological_order()
    watched = show(root, "#tab=table")
    rows = watched.page.locator("#table tbody tr")
    assert rows.count() == len(order)
    watched.page.get_by_role("button", name="gradient", exact=True).click()
    assert watched.page.locator("th[aria-sort=descending]").inner_text() == "gradient"
    largest = sorted((abs(node.grad) for node in order), reverse=True)
    shown = [text.split("\t")[-1] for text in rows.all_inner_texts()]
    assert [text.lstrip("+−") for text in shown] == [number(size) for size in largest]
    watched.page.get_by_role("button", name="name", exact=True).click()
    names = [text.split("\t")[0].strip() for text in rows.all_inner_texts()]
    assert names.index("W11[1]") < names.index("W12[1]") < names.index("z1[1]")
    watched.page.get_by_role("button", name="W12[1]", exact=True).click()
    assert watched.page.locator("tr.picked").count() == 1


def test_the_address_brings_everything_back(show):
    root = network([2, 3, 1])
    watched = show(root, "#pass=forward&step=7&level=neurons&node=3&tab=table&theme=dark")
    said = watched.ask("location.hash.slice(1)")
    assert parse_qs(said) == {
        "pass": ["forward"], "step": ["7"], "level": ["neurons"], "node": ["3"], "tab": ["table"], "theme": ["dark"]
    }  # fmt: skip
    assert watched.text("#count").startswith("7 / ")
    assert watched.ask("document.documentElement.dataset.theme") == "dark"
    assert watched.ask("document.querySelector('svg.shown').dataset.level") == "neurons"
    watched.ask("location.hash = 'step=999999&level=nonsense&node=-1&tab=<b>'")
    watched.page.wait_for_function("document.querySelector('svg.shown').dataset.level === 'full'")
    assert watched.text("#count").startswith(f"{sum(1 for node in root.topological_order() if node.op)} / ")


def test_in_the_frame_of_a_notebook(browser):
    """Sandboxed, without an address of its own."""
    page = browser.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.set_content(draw(square_and_more()).interactive()._repr_mimebundle_()[0]["text/html"])
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="First step").click()
    frame.get_by_role("button", name="Step on").click()
    assert frame.locator("#count").inner_text() == "1 / 3"
    page.close()
    assert faults == []


# --- looks, small windows, safety, speed ------------------------------------------------------------------


def test_light_and_dark(show):
    ground = "getComputedStyle(document.body).backgroundColor"
    watched = show(square_and_more(), color_scheme="dark")
    assert watched.ask(ground) == "rgb(13, 17, 23)"
    button = watched.page.get_by_role("button", name="Light or dark")
    button.click()
    assert watched.ask(ground) == "rgb(255, 255, 255)"
    button.click()
    assert watched.ask(ground) == "rgb(13, 17, 23)"
    assert show(square_and_more(), theme="dark", color_scheme="light").ask(ground) == "rgb(13, 17, 23)"


@pytest.mark.parametrize("tab", ["explain", "leaves", "table"])
def test_a_small_window_has_no_horizontal_overflow(show, tab):
    watched = show(network([2, 3, 1]), f"#step=9&tab={tab}", viewport={"width": 360, "height": 740})
    assert watched.ask("document.documentElement.scrollWidth") == 360
    watched.ask("location.hash = 'node=12'")
    assert watched.ask("document.documentElement.scrollWidth") == 360
    bar = watched.page.locator("header").bounding_box()
    assert bar["height"] < 240
    active = watched.page.locator(f"{SHOWN} g.card.now, {SHOWN} g.card.picked").first.bounding_box()
    assert active["x"] < 360


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_edges_move_only_where_motion_is_wanted(show, motion):
    watched = show(square_and_more(), "#step=2", reduced_motion=motion)
    line = watched.page.locator(f"{SHOWN} g.link.now path").first
    moving = line.evaluate("(element) => getComputedStyle(element).animationName")
    assert moving == ("none" if motion == "reduce" else "flow")


def test_labels_are_data(show):
    watched = show(hostile())
    assert watched.page.locator("script").count() == 2
    assert watched.page.locator("[onload], [onmouseover], #graph script, b").count() == 0
    for tab in ("table", "leaves", "explain"):
        watched.page.get_by_role("tab").nth(["explain", "leaves", "table"].index(tab)).click()
    names = []
    for step in range(20):
        watched.ask(f"location.hash = 'step={step}&node={step}'")
        watched.page.wait_for_function("(n) => location.hash.includes(`node=${n}`)", arg=step)
        names.append(watched.text("#said h2"))
    for one in HOSTILE[:3]:
        watched.page.locator("#search").fill(one[:20])
    assert "<script>alert(1)</script>" in names
    assert watched.ask("document.documentElement.scrollWidth <= innerWidth")


def test_the_page_cannot_be_made_to_run_or_fetch_anything(browser, tmp_path):
    path = step_through(square_and_more(), tmp_path / "page.html")
    page = browser.new_page()
    page.goto(path.as_uri())
    outcome = page.evaluate("""async () => {
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.body.append(script);
        const image = document.createElement("img");
        image.setAttribute("onerror", "window.ran = true");
        image.src = "data:,";
        document.body.append(image);
        const asked = await fetch("data:,x").then(() => "fetched", () => "refused");
        await new Promise((done) => setTimeout(done, 50));
        return [window.ran ?? false, asked];
    }""")
    page.close()
    assert outcome == [False, "refused"]


def test_numbers_are_written_as_in_python(show):
    uniform = random.Random(5).uniform
    numbers = [0.0, -0.0, 0.03125, 0.09375, -0.15625, 12345.0, 10005.0, 10015.0, 1e-3, 9999.99999, 1e4, 5e-324, 1e308]
    numbers += [math.nan, math.inf, -math.inf, 999.5, 0.0009995, 9999.5, 99.95, 0.5, 2.0, 100.0, 0.1235, 1000.0]
    numbers += [uniform(-1, 1) * 10.0 ** uniform(-8, 8) for _ in range(500)]
    got = show(square_and_more()).ask(
        f"""(xs) => xs.map({REAL}).map((x) => Object.values(chainrule.write).map((write) => write(x)))""",
        [wired(x) for x in numbers],
    )
    assert got == [[number(x), signed(x), short(x)] for x in numbers]


def test_a_step_of_a_big_page_is_quick(show):
    root = network([3, 8, 8, 1])
    assert 300 < len(root.topological_order()) < 360
    times = show(root, "#step=0").ask("""() => {
        const times = [];
        for (let k = 0; k < Number(document.getElementById("slider").max); k++) {
            const start = performance.now();
            document.getElementById("next").click();
            document.body.getBoundingClientRect();
            times.push(performance.now() - start);
        }
        return times.sort((a, b) => a - b);
    }""")
    assert len(times) == len(root.topological_order())
    assert times[len(times) // 2] < 16.0


def test_a_graph_too_big_for_a_card_each_is_folded_and_says_so(show):
    with scope("layer 1"):
        total = Parameter(0.5, "w") * Value(1.0, "x")
        for _ in range(1600):
            total = ag.tanh(total)
    watched = show(total.named("y") * 1.0)
    assert "too big for a card per value" in watched.text("#said")
    watched.page.keyboard.press("Home")
    watched.page.keyboard.press("ArrowRight")
    assert watched.text("#count") == "1 / 1605"
