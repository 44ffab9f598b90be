"""The notebook with gaps: its checks pass with the answers, and each of them fails where a gap is filled wrongly."""

import re

import nbformat
import pytest

from tests.tutorial import FILLED, GAPS, with_gaps

CELLS = [cell.source for cell in nbformat.read(FILLED, as_version=4).cells if cell.cell_type == "code"]
GAP = re.compile(r"\.\.\.  # your lines")
LEARNT = CELLS.index(next(source for source in CELLS if "the loss after nine" in source))

WRONG = [
    # the check that should fail, what is right, what stands in its place
    ("the data of Value(2)", "self.data = float(data)", "self.data = data"),
    ("the parents of a leaf", "self.parents = parents", "self.parents = None"),
    ("the parents of a Value made of a", "self.parents = parents", "self.parents = ()"),
    ("its local derivatives", "self.local_grads = local_grads", "self.local_grads = ()"),
    ("2 + (−3)", "Value(a.data + b.data, (a, b), (1.0, 1.0))", "Value(a.data - b.data, (a, b), (1.0, 1.0))"),
    ("2 · (−3)", "Value(a.data * b.data,", "Value(a.data + b.data,"),
    ("the local derivatives of the sum", "(a, b), (1.0, 1.0))", "(a, b), (a.data, b.data))"),
    ("the local derivatives of the product", "(b.data, a.data)", "(a.data, b.data)"),
    ("the parents of the product", "(a, b), (b.data, a.data)", "(b, a), (b.data, a.data)"),
    ("the slope of x³ at 2", "(f(x + h) - f(x - h)) / (2 * h)", "(f(x + h) - f(x)) / h"),
    ("the slope of 5x at 7", "(f(x + h) - f(x - h)) / (2 * h)", "3 * x**2"),
    ("what 2 · (−3) passes on", "parent.grad += local * node.grad", "node.grad += local * parent.grad"),
    ("the same where 10 arrives", "parent.grad += local * node.grad", "parent.grad += local"),
    ("what x · x passes on to x, at x = 3", "parent.grad += local * node.grad", "parent.grad = local * node.grad"),
    ("the number of Values below (a·b)² + a·b", "visit(parent)  # yours", "pass  # yours"),
    ("the last of them", "order.append(node)  # yours", "order.insert(0, node)  # yours"),
    ("each stands after its parents", "order.append(node)  # yours",
     "order.insert(len(order) if node is root else 0, node)"),
    ("d (a·b + a·a) / d a and d b", "for node in reversed(order):", "for node in order:"),
    ("d (a·b + a·a) / d a and d b", "root.grad = 1.0", "root.grad = root.data"),
    ("the slope that nudging finds", "for node in reversed(order):", "for node in [root, *order]:"),
    ("two passes, which add up at the leaves", "        if node.parents:  # yours", "        if False:  # yours"),
    ("two passes, which add up at the leaves", "        if node.parents:  # yours", "        if True:  # yours"),
    ("2·a + 1 at a = 3", "return x if isinstance(x, Value) else Value(x)", "return x"),
    ("a Value stays itself", "return x if isinstance(x, Value) else Value(x)", "return Value(getattr(x, 'data', x))"),
    ("a³ at 2, and its slope", "(n * a.data ** (n - 1),)", "(n * a.data**n,)"),
    ("1 − a at a = 3, and its slope", "as_value(a) + as_value(b) * -1", "as_value(b) + as_value(a) * -1"),
    ("the slopes of a / b at 6 and 2",
     "as_value(a) * as_value(b) ** -1", "Value(a.data / b.data, (a, b), (1 / b.data, 0.0))"),
    ("tanh at 0.5", "Value(t, (a,)", "Value(a.data, (a,)"),
    ("its slope there", "(1.0 - t * t,)", "(1.0 - a.data * a.data,)"),
    ("the loss after one step", "p.data -= 0.2 * p.grad", "p.data += 0.2 * p.grad"),
    ("the loss after nine", "        p.grad = 0.0  # yours", "        pass  # yours"),
    ("the Values below (a·b)² + a·b", "to_do.append((node, True))  # yours", "pass"),
    ("each after its parents, still", "to_do.append((node, True))  # yours", "order.append(node)"),
    ("the slope of x + x + … + x, of 10,001 terms", "to_do += [(parent, False) for parent in node.parents]",
     "order += [n for parent in node.parents for n in in_order(parent) if not (n in seen or seen.add(n))]"),
]  # fmt: skip


def first_failure(cells):
    """What the first check that fails says, and the words of the checks that passed; empty where all pass."""
    passed, names = [], {"print": lambda *words: passed.append(" ".join(map(str, words)))}
    for source in cells:
        try:
            exec(source, names)
        except names.get("NotYet", ()) as told:  # any other error is one that no check put in words
            shown = told._render_traceback_()
            return shown[0], passed
    return "", passed


def test_every_check_passes_with_the_answers():
    failure, passed = first_failure(CELLS)
    assert not failure
    checks = re.findall(r'^check\(\s*"([^"]+)"', "\n".join(CELLS), re.MULTILINE)
    assert [words.removeprefix("✓ ").split(": ")[0] for words in passed if words.startswith("✓")] == checks
    assert set(checks) - {words for words, _, _ in WRONG} == {"yours and theirs"}  # which has no gap of its own


@pytest.mark.parametrize(("words", "right", "wrong"), WRONG, ids=lambda text: text[:30])
def test_a_check_fails_where_a_gap_is_filled_wrongly(words, right, wrong):
    source = next(source for source in CELLS if right in source and "# yours" in source)
    cells = [cell.replace(right, wrong) if cell is source else cell for cell in CELLS]
    failure, _ = first_failure(cells)
    assert failure.startswith(f"Not yet: {words} should be ")


def test_the_notebook_has_a_gap_for_every_answer_and_an_empty_one_is_told():
    empty = [cell.source for cell in with_gaps(FILLED).cells if cell.cell_type == "code"]
    stored = nbformat.read(GAPS, as_version=4).cells
    assert [cell.source for cell in stored] == [cell.source for cell in with_gaps(FILLED).cells]
    assert not any(cell.get("outputs") for cell in stored)
    assert "# yours" not in "".join(empty)
    with_a_gap = [k for k, source in enumerate(empty) if GAP.search(source)]
    assert with_a_gap == [k for k, source in enumerate(CELLS) if "# yours" in source]
    for k in with_a_gap:
        failure, _ = first_failure([*CELLS[:k], empty[k], *CELLS[k + 1 :]])
        check = next(source for source in CELLS[k:] if source.count("check("))
        assert failure.removeprefix("Not yet: ").split(" should be ")[0] in check
