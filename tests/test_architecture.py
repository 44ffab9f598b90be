"""The shape of the code: which module may import which, what is public, and what an import costs."""

import ast
import doctest
import importlib
import inspect
import re
import subprocess
import sys
import tomllib

import pytest

import autograd
from tests.house import EVERY, PACKAGES, ROOT, imports, largest_circle, modules, opened, parsed, walks

ROW = re.compile(r"^\| (`[^|]+) \|", re.MULTILINE)
LAST = {"__init__", "__main__"}
"""What hands on the names of a package, after all else in it."""


def reading_order(document, folder=""):
    """The files and folders of the packages in the order in which a table of files names them."""
    order = []
    for cell in ROW.findall((ROOT / document).read_text(encoding="utf-8")):
        for name in re.findall(r"`([^`]+)`", cell):
            is_whole = name.split("/")[0] in (*PACKAGES, "demos", "tests")
            folder = name.split("/")[0] if is_whole else folder
            order.append(name if is_whole else f"{folder}/{name}")
    return [name for name in order if name.split("/")[0] in PACKAGES and name.endswith((".py", "/"))]


ORDERS = {
    **dict.fromkeys(PACKAGES, reading_order("CONTRIBUTING.md")),
    "autograd.replay": reading_order("autograd/replay/README.md", "autograd/replay"),
}


def place(module, package):
    """The place of a module of a package in its table of files; a folder is one place."""
    parts, order = module.removeprefix(f"{package}.").split("."), ORDERS[package]
    if module == package or parts[0] in LAST:
        return len(order)
    start = f"{package}.{parts[0]}".replace(".", "/")
    found = [name for name in order if name in (f"{start}/", f"{start}.py")]
    assert len(found) == 1, f"{module} is not named once in the table of files of {package}: {found}"
    return order.index(found[0])


# --- who imports whom -------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", ORDERS)
def test_the_table_of_files_names_what_is_there(package):
    assert ORDERS[package]
    assert [name for name in ORDERS[package] if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("inside_functions", [False, True], ids=["at import", "inside functions"])
@pytest.mark.parametrize("package", ORDERS)
def test_imports_point_one_way(package, inside_functions):
    found = 0
    inside = {
        name: path for name, path in modules(package.split(".")[0]).items() if f"{name}.".startswith(f"{package}.")
    }
    for name, path in inside.items():
        here = place(name, package)
        for target, _ in imports(name, path, inside_functions=inside_functions):
            if target in inside and target != package:
                found += 1
                same = (
                    target.removeprefix(f"{package}.").split(".")[0] == name.removeprefix(f"{package}.").split(".")[0]
                )
                assert same or place(target, package) < here, f"{name} imports {target}, which comes after it"
    assert inside_functions or found > 20


def test_the_engine_knows_neither_networks_nor_pictures():
    for name, path in modules("autograd").items():
        targets = {target.split(".")[0] for target, _ in imports(name, path)}
        assert targets <= {"autograd"}, f"{name} imports {targets}"
        later = {target.split(".")[0] for target, _ in imports(name, path, inside_functions=True)}
        assert later <= {"autograd", "viz"}, f"{name} imports {later} inside a function"


ROOMS = {"autograd.files"}
"""Modules that are not public, but written for all three packages."""


@pytest.mark.parametrize(("package", "allowed"), [("nn", {"autograd", "nn"}), ("viz", {"autograd", "viz"})])
def test_networks_and_pictures_use_public_names_alone(package, allowed):
    used = 0
    for name, path in modules(package).items():
        for inside_functions in (False, True):
            for target, imported in imports(name, path, inside_functions=inside_functions):
                assert target.split(".")[0] in allowed, f"{name} imports {target}"
                if target.split(".")[0] == "autograd":
                    used += 1
                    if target in ROOMS:
                        continue
                    assert target == "autograd", f"{name} imports {target}: only names of autograd itself are public"
                    assert imported is None or imported in autograd.__all__, f"{name} imports autograd.{imported}"
    assert used > 2


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_is_imported_in_a_circle(package):
    graph = {
        name: {
            target
            for inside in {False, package == "nn"}  # in nn inside functions too
            for target, _ in imports(name, path, inside_functions=inside)
        }
        - {name}
        for name, path in modules(package).items()
    }
    graph = {name: {target for target in targets if target in graph} for name, targets in graph.items()}
    done = []
    while graph:
        ready = sorted(name for name, targets in graph.items() if not targets)
        assert ready, f"in a circle, or behind one: {sorted(graph)}"
        done += ready
        graph = {name: targets - set(ready) for name, targets in graph.items() if name not in ready}
    assert len(done) == len(modules(package))


ALONE = """
import importlib, sys, types
package, path, names = sys.argv[1], sys.argv[2], sys.argv[3:]
if package != "autograd":
    import autograd
for name in names:
    for loaded in [loaded for loaded in sys.modules if loaded.split(".")[0] == package]:
        del sys.modules[loaded]
    bare = types.ModuleType(package)  # the package without what its __init__ imports, in whatever order
    bare.__path__ = [path]
    sys.modules[package] = bare
    try:
        importlib.import_module(name)
    except ImportError as error:
        print(f"{name}: {error}")
"""


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_can_be_imported_first(package):
    last = {"__main__", "repl"}  # those that import the whole package
    names = [name for name in modules(package) if name != package and name.split(".")[-1] not in last]
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", ALONE, package, str(ROOT / package), *names],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stdout == ""


def test_importing_the_engine_is_light():
    heavy = [
        "numba", "jax", "scipy", "matplotlib", "graphviz", "graphviz_pure", "IPython", "torch", "pandas",
        "sympy", "rich", "mpmath", "nn", "viz",
    ]  # fmt: skip
    code = f"import sys, autograd; print([name for name in {heavy!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert run.stdout.strip() == "[]"


# --- what is public ---------------------------------------------------------------------------------------


def natural(name):
    """The order in which a person sorts: log2 before log10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def test_the_public_names_are_sorted_unique_and_there():
    operations = autograd.rules.__all__
    written = autograd.__all__[: -len(operations)]
    assert written == sorted(written, key=natural)
    assert autograd.__all__ == [*written, *operations]
    assert len(set(autograd.__all__)) == len(autograd.__all__)
    for name in autograd.__all__:
        assert hasattr(autograd, name), name
        assert not name.startswith("_")


def test_everything_the_package_imports_is_public():
    tree = ast.parse((ROOT / "autograd" / "__init__.py").read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    imported.remove("*")
    assert (imported - SUBMODULES) | set(autograd.rules.__all__) == set(autograd.__all__)


SUBMODULES = {"implicit", "linalg", "math", "rules", "TYPE_CHECKING"}
"""Attributes of the package, but not what a star imports: rooms with names of their own, some of them known ones."""


PROMISED = [
    "Value", "primitive", "check_primitive", "grad", "value_and_grad", "vjp", "jvp", "jacfwd", "jacrev",
    "jacobian", "hessian", "hvp", "check_grads", "sensitivities", "no_grad", "detect_anomaly", "errstate",
    "diagnose", "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "cbrt", "sin", "cos", "tan", "asin",
    "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "sigmoid", "log_sigmoid",
    "softplus", "relu", "leaky_relu", "elu", "gelu", "silu", "softsign", "erf", "erfc", "norm_cdf", "norm_pdf",
    "lgamma", "digamma", "hypot", "minimum", "maximum", "clip", "where", "sign", "step", "floor", "square",
    "reciprocal", "logsumexp", "softmax", "fsum", "dot", "mean", "prod", "AutogradError", "DomainError",
    "StaleGraphError", "RecordingError", "GuardError", "GradientError", "AnomalyError", "TapeError",
]  # fmt: skip


def test_the_promised_names_are_public():
    assert set(PROMISED) - set(autograd.__all__) == set()


PUBLIC = [(package, name) for package in PACKAGES for name in importlib.import_module(package).__all__]


@pytest.mark.parametrize(("package", "name"), PUBLIC)
def test_every_public_name_is_documented(package, name):
    thing = getattr(importlib.import_module(package), name)
    if isinstance(thing, str):  # a constant is documented below the line that sets it
        assert re.search(
            rf'^{name}: str = .*\n"""\w',
            "".join(path.read_text(encoding="utf-8") for path in EVERY.values()),
            re.MULTILINE,
        )
        return
    text = inspect.getdoc(thing)
    assert text
    first = text.splitlines()[0]
    assert first.endswith((".", ":")), f"the first line of {name} is no sentence: {first!r}"
    assert not re.match(rf"{name}\(\w+(:|=|,)", first), f"{name} has the docstring that dataclass wrote"
    if inspect.isfunction(thing) or (inspect.isclass(thing) and not issubclass(thing, (Exception, tuple, int))):
        assert ">>> " in text, f"{name} has no example"


@pytest.mark.parametrize("cls", [autograd.Value, autograd.Parameter])
def test_every_public_member_is_documented(cls):
    for base in cls.__mro__[:-1]:
        for name, member in vars(base).items():
            if not name.startswith("_") and (callable(member) or isinstance(member, property)):
                assert inspect.getdoc(member), f"{base.__name__}.{name} has no docstring"


def test_every_module_says_what_it_is():
    for name, path in EVERY.items():
        text = ast.get_docstring(parsed(path))
        assert text, f"{name} has no docstring"
        assert text.splitlines()[0].endswith((".", ":")), f"the first line of {name} is no sentence"


@pytest.mark.parametrize("package", PACKAGES)
def test_a_module_and_a_public_name_never_share_a_name(package):
    public = set(importlib.import_module(package).__all__)
    stems = {name.split(".")[1] for name in modules(package) if "." in name}
    allowed = {"matrix_form"} if package == "nn" else set()  # a module that is itself the public name
    assert stems & public <= allowed


FLAGS = 0
for _flag in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"][
    "doctest_optionflags"
]:
    FLAGS |= getattr(doctest, _flag)


@pytest.mark.parametrize("name", [name for name in modules("autograd") if not name.endswith("__main__")])
def test_the_examples_of_the_engine_are_true(name):
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=FLAGS)
    assert failed == 0


# --- how it reads -----------------------------------------------------------------------------------------


def test_docstrings_begin_with_a_noun_or_a_verb_and_nothing_is_called_a_thing():
    for name, path in {**EVERY, **{path.name: path for path in (ROOT / "demos").glob("*.py")}}.items():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r'"""What\b', text), f"{name}: a docstring begins with What"
        assert not re.search(r"\bthings?\b", text), f"{name}: a thing"


# --- what no file says ------------------------------------------------------------------------------------

PRIVATE = re.compile(r"/(?:work|root|home|Users|tmp/[a-z])/|[A-Z]:\\+Users")
"""A place on one person's machine."""


def test_no_file_names_a_place_on_somebody_s_machine():
    kinds = {".py", ".md", ".toml", ".js", ".css", ".html", ".svg", ".json", ".ipynb", ".dat", ""}
    folders = (*PACKAGES, "demos", "tests", ".ci")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in kinds]
    files += [path for path in ROOT.iterdir() if path.suffix in kinds]
    read = [path for path in files if path.is_file() and "__pycache__" not in path.parts]
    found = [path.name for path in read if PRIVATE.search(path.read_text(encoding="utf-8"))]
    assert len(read) > 200
    assert found == []


# --- the size of the house --------------------------------------------------------------------------------


def test_files_hold_an_idea_and_are_few():
    long = {name: count for name, path in EVERY.items() if (count := len(path.read_text().splitlines())) > 700}
    assert long == {}
    assert len(EVERY) <= 150


def test_no_file_name_stands_twice():
    often = {"__init__.py", "__main__.py", "errors.py"}
    paths = [*EVERY.values(), *(ROOT / "tests").rglob("*.py"), *(ROOT / "demos").rglob("*.py")]
    names = [path.name for path in paths if path.name not in often]
    assert sorted(names) == sorted(set(names))


def test_no_module_is_imported_in_a_circle_also_inside_functions():
    assert largest_circle(inside_functions=True) == []


@pytest.mark.parametrize(
    ("walk", "most"),
    [
        ("operator call", 4),
        ("backward", 6),
        ("first compiled call", 17),
        ("later compiled call", 6),
        ("draw", 19),
        ("fit", 38),
    ],
)
def test_a_reader_opens_few_files(walk, most):
    assert len(opened(walks()[walk])) <= most


def test_no_check_is_an_assert_statement():
    """``python -O`` drops assert statements and sets ``__debug__``: where there is neither, it changes nothing."""
    for name, path in EVERY.items():
        for node in ast.walk(parsed(path)):
            assert not isinstance(node, ast.Assert), f"{name}, line {node.lineno}: an assert statement"
            assert not (isinstance(node, ast.Name) and node.id == "__debug__"), f"{name}, line {node.lineno}"
