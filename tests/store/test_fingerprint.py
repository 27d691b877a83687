"""What changes a fingerprint and what does not."""

from __future__ import annotations

import enum
import functools
import linecache
import subprocess
import sys
import textwrap
import types
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from hazards import labels
from hazards.store.keys import FingerprintError, digest, fingerprint, names, text


def parts(value: object) -> dict[str, str]:
    return fingerprint({"value": value}, "test").code


def key(value: object) -> str:
    return digest(fingerprint({"value": value}, "test")[1:])


SOURCE = """
import numpy as np
from dataclasses import dataclass
import functools

RATE = 0.5
SIZES = {"small": 1}

def scale(x):
    return x * RATE

def twice(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args) + function(*args)
    return wrapper

@dataclass(frozen=True)
class Recipe:
    rate: float = 0.1
    model: object = scale

class Base:
    def run(self):
        return scale(1)

class Net(Base):
    def size(self):
        return SIZES["small"]

@twice
def doubled(x):
    return x

@functools.cache
def table(n):
    return np.arange(n) + RATE

def adder(k):
    def add(x):
        return x + k
    return add

def unused():
    return 1

def main(x, loss=doubled):
    import lab
    net = Net()
    unused = 3
    return [lab.table(x) for y in net.size()]
"""


def test_reaches_what_it_refers_to_and_nothing_else(lab):
    module = lab(SOURCE)
    names = {name.removeprefix("lab.") for name in parts(module.main)}
    assert names == {"main", "Net", "Base", "scale", "RATE", "SIZES", "doubled", "twice", "table"}


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("x * RATE", "x / RATE", "scale"),
        ("RATE = 0.5", "RATE = 0.6", "RATE"),
        ('{"small": 1}', '{"small": 2}', "SIZES"),
        ('return SIZES["small"]', 'return SIZES["small"] + 1', "Net"),
        ("scale(1)", "scale(2)", "Base"),
        ("function(*args) + function(*args)", "2 * function(*args)", "doubled main twice"),
        ("np.arange(n)", "np.ones(n)", "table"),
    ],
)
def test_an_edit_changes_exactly_the_part_it_touches(lab, old, new, changed):
    before = parts(lab(SOURCE).main)
    assert old in SOURCE
    after = parts(lab(SOURCE.replace(old, new)).main)
    assert {name for name in before if before[name] != after[name]} == {f"lab.{name}" for name in changed.split()}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def unused():\n    return 1", "def unused():\n    return 2\n\ndef other():\n    pass"),
        ("def scale(x):", 'def scale(\n    x: float,\n) -> "Array":\n    """Scale."""\n    # by the rate'),
        ("return x * RATE", "return (x\n        * RATE)  # product"),
        ("class Net(Base):", 'class Net(Base):\n    """A network."""\n'),
        ("net = Net()", "net: Net = Net()"),
        ("RATE = 0.5", '\n\nRATE: float = 0.50\n"""The rate."""'),
    ],
)
def test_form_does_not_count(lab, old, new):
    assert old in SOURCE
    assert parts(lab(SOURCE).main) == parts(lab(SOURCE.replace(old, new)).main)


def test_undoing_an_edit_gives_the_old_fingerprint(lab):
    before = key(lab(SOURCE).main)
    assert key(lab(SOURCE.replace("x * RATE", "x")).main) != before
    assert key(lab(SOURCE).main) == before


def test_functions_as_values(lab):
    module = lab(SOURCE)
    assert "lab.scale" in parts(functools.partial(module.scale, 2))
    assert "lab.scale" in parts(module.Recipe())
    assert "lab.scale" in parts({"model": [module.scale]})
    assert "lab.table" in parts(module.table)
    assert key(functools.partial(module.scale, 2)) != key(functools.partial(module.scale, 3))
    assert key(module.Recipe(rate=0.1)) == key(module.Recipe()) != key(module.Recipe(rate=0.2))
    assert key(module.adder(1)) == key(module.adder(1)) != key(module.adder(2))
    assert key([module.adder(1), module.adder(2)]) != key([module.adder(2), module.adder(1)])
    first, second = lab("pair = [\n    lambda x: x + 1,\n    lambda x: x + 2,\n]").pair
    assert key(first) != key(second)


def test_default_values_count():
    functions = [lambda x, i=i: x + i for i in range(2)]
    assert key(functions[0]) != key(functions[1])


def test_a_function_that_calls_itself(lab):
    module = lab("def make():\n    def fact(n):\n        return n * fact(n - 1)\n    return fact")
    assert key(module.make()) == key(module.make())


def test_variables_of_closures_that_change(lab):
    module = lab(
        """
        def make(n):
            def count(step):
                nonlocal n
                n += step
                return n
            return count
        """
    )
    count = module.make(1)
    before = key(count)
    assert before == key(module.make(1)) != key(module.make(2))
    count(1)
    assert key(count) == key(module.make(2))


def test_a_variable_of_a_closure_that_has_no_value_yet(lab):
    module = lab(
        """
        def make(fingerprint):
            def early():
                return late
            before = fingerprint(early)
            late = 1
            return before, fingerprint(early)
        """
    )
    before, after = module.make(key)
    assert before != after


def test_imports_inside_functions_are_followed(lab):
    module = lab(
        """
        def f():
            from hazards.metrics.segmentation import mean_iou as c
            import json
            return c, json.dumps
        """
    )
    assert {"hazards.metrics.segmentation.mean_iou", "hazards.metrics.segmentation.iou"} <= parts(module.f).keys()


def test_a_module_as_value_counts_whole(lab):
    module = lab("from hazards import labels\ndef f(name):\n    return getattr(labels, name)")
    assert {"hazards.labels.LabelSet", "hazards.labels.STREETHAZARDS"} <= parts(module.f).keys()


def test_the_store_itself_does_not_count(lab):
    module = lab(
        """
        from hazards.store import step, workdir
        from hazards.messages import bar
        @step
        def inner():
            return workdir()
        @step(name="outer")
        def outer():
            with bar(1, ""):
                return inner()
        """
    )
    assert parts(module.outer).keys() == {"lab.outer", "lab.inner"}


def test_a_constant_without_fingerprint_counts_by_its_code(lab):
    source = "import logging\nLOG = logging.getLogger('a')\ndef f():\n    LOG.info('x')"
    assert parts(lab(source).f).keys() == {"lab.f", "lab.LOG"}
    assert parts(lab(source).f) == parts(lab(source + "\n").f)
    assert parts(lab(source).f) != parts(lab(source.replace("'a'", "'b'")).f)


def test_arrays_of_a_module_count_by_the_code_that_makes_them(lab):
    source = "import numpy as np\nfrom hazards.metrics.components import THRESHOLDS\n{}A = np.arange({})\nA[0] = {}\n"
    source += "def f():\n    return A, THRESHOLDS"
    first = parts(lab(source.format("", 3, 1)).f)
    assert first.keys() == {"lab.f", "lab.A", "hazards.metrics.components.THRESHOLDS"}
    assert parts(lab(source.format("from hazards.labels import ANOMALY\n", 3, 1)).f) == first
    for size, item in ((4, 1), (3, 2)):
        other = parts(lab(source.format("", size, item)).f)
        assert {name for name in first if first[name] != other[name]} == {"lab.A"}


def test_changed_globals_are_noticed_within_a_process(lab):
    module = lab(SOURCE)
    before = key(module.main)
    module.SIZES["small"] = 5
    mutated = key(module.main)
    module.SIZES["small"] = 1
    assert key(module.main) == before != mutated
    module.scale = lab(SOURCE.replace("x * RATE", "x")).scale
    assert key(module.main) != before


def test_old_and_new_version_at_once_are_told_apart(lab):
    old, new = lab(SOURCE).scale, lab(SOURCE.replace("x * RATE", "x")).scale
    assert key({"a": old, "b": new}) != key({"a": new, "b": old})


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class DataSet:
    def __init__(self, content: str) -> None:
        self.content = content

    def fingerprint(self) -> str:
        return self.content


VALUES = [
    *(None, True, False, 0, 1, 1.0, 0.1, -0.0, float("nan"), float("inf"), "", "1", b"1", 1j, range(3)),
    *([1, 2], [1, [2]], {}, {"a": 1}, {"a": 1.0}, {1: "a"}, {"1": "a"}, {"@a": 1}, {1, 2}, Color.RED, Color.BLUE),
    *(Path("a"), Path("b"), DataSet("a"), DataSet("b"), np.arange(3), np.arange(3.0), np.zeros((2, 1))),
    *(np.zeros((1, 2)), torch.zeros(2), torch.ones(2), torch.zeros(2, dtype=torch.bfloat16), torch.float32),
    *(pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [2]}), pd.DataFrame({"b": ["x"]}), np.sin, len, str, int),
]


def test_different_values_differ():
    keys = [key(value) for value in VALUES]
    assert len(set(keys)) == len(VALUES)
    assert keys == [key(value) for value in VALUES]


def test_equal_values_in_other_clothes():
    assert key((1, 2)) == key([1, 2])
    assert key({"a": 1, "b": 2}) == key({"b": 2, "a": 1})
    assert key(np.float64(0.1)) == key(0.1)
    assert key(np.int64(3)) == key(3)
    assert key(Path(labels.__file__)) == key(Path("code/hazards/labels.py"))


_leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
_configs = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(_configs, _configs)
def test_configurations_share_a_fingerprint_only_if_they_are_equal(first, second):
    assert (key(first) == key(second)) == (repr(_sorted(first)) == repr(_sorted(second)))


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


_statements = st.sampled_from(
    ["x = a + 1", "for i in range(3):\n    b(i)", "y = [c(z) for z in a]", "if a:\n    return 1", "z = f'{a!r:>{x}} b'"]
)
_noise = st.sampled_from(["", "# a comment", '"""A text."""', "pass", "q: int"])


@given(st.lists(st.tuples(_statements, _noise), min_size=1), st.booleans(), st.integers(1, 8))
def test_formatting_never_counts(lines, annotated, indent):
    def source(noisy: bool) -> str:
        body = []
        for statement, noise in lines:
            body += [*([noise, ""] if noisy else []), *statement.split("\n")]
        head = "def f(a: int, x: 'int' = 1) -> None:" if noisy and annotated else "def f(a, x=1):"
        return "\n".join([head, *(" " * (indent if noisy else 4) + line for line in body)])

    plain = source(noisy=False)
    assert text.canonical(plain) == text.canonical(source(noisy=True))
    assert text.canonical(plain) != text.canonical(plain + "\n    return 7")


SYNTAX = """
@decorate(1, key="ä")
async def f(a, /, b=-1, *c, d: int = 1e-3, **e) -> str:
    '''Text.'''
    with open(a) as x, y:
        z = f"{a!r}{b:>{c}}" f"{d=}" "" "end"
    global G
    G = {**e, 1: (yield), **{k: v for k, v in a if (w := k)}}
    match a:
        case {"x": [1, *_], **rest} if rest: pass
        case C(p=None) | -1j: return ...
    try:
        async for i in j: await k
    except* (E, F) as error: raise error from None
    else: del a[1:2, ..., None], (b)
    return lambda x, *, y=b"\\x00": not x <= y < 10_000 if x else [*y]
class C(B, metaclass=M):
    field: int = 3
    other: str
    n = 1
"""


def test_fingerprints_are_the_same_on_every_python():
    """The hash is written down here, and the tests run on all versions."""
    assert digest(text.canonical(SYNTAX)) == "7fd5163921d52dea"


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"model": object()}, "test: value.model: "),
        ([1, {"a": (0, iter(()))}], r"test: value\[1\].a\[1\]: "),
        (type("Made", (), {}), "source of class .*Made"),
    ],
)
def test_what_cannot_be_fingerprinted_is_named(value, place):
    with pytest.raises(FingerprintError, match=place):
        key(value)


def test_code_without_source_is_named():
    namespace = {"__name__": "__main__"}
    exec("def lost(x):\n    return x", namespace)
    with pytest.raises(FingerprintError, match=r"source of __main__\.lost cannot be found"):
        key(namespace["lost"])
    pair = [lambda x: x, lambda x: x + 1]
    with pytest.raises(FingerprintError, match="one of several on its line"):
        key(pair[0])


def test_a_file_that_was_edited_after_its_import_counts_as_what_runs(lab):
    module = lab("def f():\n    return 1\ndef g():\n    return 1\nclass A:\n    pass")
    before = key(module.f)
    Path(module.__file__).write_text("def f():\n    return 2\ndef g():\n    return 2\nclass A:\n    x = 1")
    now = key(module.f), key(module.g), key(module.A)
    again = lab("def f():\n    return 1\ndef g():\n    return 1\nclass A:\n    pass")
    assert now == (before, key(again.g), key(again.A))


def test_a_file_that_was_edited_before_a_key_was_asked_for_is_refused(lab):
    module = lab("def f():\n    return 1")
    Path(module.__file__).write_text("def f():\n    return 2")
    with pytest.raises(FingerprintError, match="edited after it had been imported"):
        key(module.f)


@pytest.fixture
def cell(monkeypatch):
    """Run source texts as the cells of one notebook; returns the namespace."""
    main = sys.modules["__main__"]
    shell = InteractiveShell()
    monkeypatch.setitem(sys.modules, "__main__", shell.user_module)

    def run(source: str) -> dict:
        shell.run_cell(source).raise_error()
        return shell.user_ns

    yield run
    sys.modules["__main__"] = main
    InteractiveShell.clear_instance()


RECIPE = "__main__.Recipe", "__main__.Recipe.rate"


def test_cells(cell):
    cell("from dataclasses import dataclass\nRATE = 1\n@dataclass\nclass Recipe:\n    rate: int = 3")
    names = cell("def helper(x):\n    return x * RATE\ndef f(x):\n    return helper(x) + Recipe().rate")
    before = key(names["f"])
    assert parts(names["f"]).keys() == {"__main__.f", "__main__.helper", "__main__.RATE", *RECIPE}
    cell("# a new comment\ndef helper(x):\n    '''Text.'''\n    return x*RATE")
    assert key(names["f"]) == before
    cell("def helper(x):\n    return x / RATE")
    assert key(names["f"]) != before
    cell("def helper(x):\n    return x * RATE")
    assert key(names["f"]) == before
    cell("RATE = 2")
    assert key(names["f"]) != before


def test_a_class_in_a_cell_with_properties_alone(cell):
    names = cell("def helper():\n    return 2\nclass Net:\n    @property\n    def size(self):\n        return helper()")
    before = key(names["Net"])
    cell("def helper():\n    return 3")
    assert key(names["Net"]) != before


def test_cells_run_outside_of_a_notebook_count_the_same(cell):
    source = "from dataclasses import dataclass\nRATE = 1\n@dataclass\nclass Recipe:\n    rate: int = 1\n"
    source += "def f(x):\n    return Recipe(x), RATE"
    linecache.cache["<chapter:1>"] = (len(source), None, source.splitlines(keepends=True), "<chapter:1>")
    names = {"__name__": "__main__"}
    exec(compile(source, "<chapter:1>", "exec"), names)
    elsewhere = key([names["f"], names["Recipe"]()])
    notebook = cell(source)
    assert key([notebook["f"], notebook["Recipe"]()]) == elsewhere


def test_an_unfit_global_of_a_cell_is_named(cell):
    names = cell("thing = object()\ndef f():\n    return thing")
    with pytest.raises(FingerprintError, match=r"global variable __main__\.thing"):
        key(names["f"])


def test_foreign_modules_do_not_count():
    assert not names.is_ours("numpy")
    assert not names.is_ours("json")
    assert names.is_ours("hazards.labels")
    assert names.is_ours(__name__)
    assert not names.is_ours("hazards.store")


def test_a_module_that_no_file_holds_does_not_count(monkeypatch):
    monkeypatch.setitem(sys.modules, "made_by_hand", types.ModuleType("made_by_hand"))
    assert not names.is_ours("made_by_hand")


def test_a_module_that_a_function_imports_counts_before_it_is_imported():
    """Else a key would depend on what the process did before: rendering imports the hazards, asking for a key not."""
    script = """
        import sys
        from hazards.data.sources import embedded_world
        assert "hazards.world.hazards.catalogue" not in sys.modules
        first = embedded_world.call((8, 8), (1, 1, 1))
        assert "hazards.world.hazards.catalogue.hazard" in first.code
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True)
