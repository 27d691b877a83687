"""What an edit does to a result and to its key: a key that stays lets a wrong number into a book, a key that falls for
nothing throws hours away. Each case is run for real: the value is computed and the key taken before and after."""

from __future__ import annotations

import functools
import importlib
import linecache
import sys
import textwrap
from collections.abc import Callable
from types import ModuleType
from typing import NamedTuple

import pytest

from hazards.store import step, why
from hazards.store.keys import FingerprintError, code, digest, fingerprint, names


class Case(NamedTuple):
    """A piece of code with a function ``result``, and what is done to it.

    Args:
        source: the code before.
        old, new: the edit; several lines are indented as the source is.
        patch: what is done at run time instead.
    """

    source: str
    old: str = ""
    new: str = ""
    patch: Callable[[ModuleType], object] | None = None


def outcome(function: Callable[[], object]) -> tuple[object, str]:
    """The value of a function, and its key as that of a step."""
    return function(), step(function).call().key


def before_and_after(case: Case, lab: Callable[[str], ModuleType]) -> tuple[tuple[object, str], tuple[object, str]]:
    source = textwrap.dedent(case.source)
    module = lab(source)
    before = outcome(module.result)
    if case.patch:
        case.patch(module)
    else:
        assert case.old in source
        module = lab(source.replace(case.old, case.new))
    return before, outcome(module.result)


def nine(self):
    return 9


def six():
    return 6


def empty(self):
    return 0


CLASS = """
    class Net:
        width = 2
        def size(self):
            return self.width
        @property
        def area(self):
            return self.size() ** 2
        @staticmethod
        def base():
            return 1
    def result():
        return Net().area + Net.base() + Net.width
"""
FIELDS = """
    from dataclasses import dataclass
    @dataclass(frozen=True)
    class Recipe:
        rate: float = 0.1
        epochs: int = 3
    RECIPE = Recipe()
    def train(recipe):
        return recipe.rate
    def result(recipe=RECIPE):
        return train(recipe) + train(Recipe())
"""

TRIPLE = """
    from typing import NamedTuple
    class Size(NamedTuple):
        height: int
        width: int
        def area(self):
            return self.height * self.width
    SIZE = Size(2, 3)
    def result(size=SIZE):
        return size.area() + 10 * SIZE.height
"""
TWICE = """
    import functools
    def times(factor):
        def decorate(function):
            @functools.wraps(function)
            def wrapper():
                return factor * function()
            return wrapper
        return decorate
    def one():
        return 1
    twice = times(2)(one)
    thrice = times(3)(one)
    def result():
        return twice() - thrice()
"""
DISPATCH = """
    from functools import singledispatch
    @singledispatch
    def describe(value):
        return "?"
    @describe.register
    def _(value: int):
        return "integer"
    def result():
        return describe(1), describe("one")
"""

CHANGES = {
    "an operation": Case("def result():\n    return 1 + 2", "1 + 2", "1 - 2"),
    "two variables that change places": Case("def result():\n    a = 1\n    b = 2\n    return a - b", "a - b", "b - a"),
    "variables of a comprehension that change places": Case(
        "def result():\n    return [x - y for x in (1, 2) for y in (3,)]", "x - y", "y - x"
    ),
    "a variable that becomes a global": Case(
        "x = 3\ndef result():\n    x = 1\n    return x", "    x = 1\n", "    y = 1\n"
    ),
    "a text that is returned": Case("def result():\n    return 'one'", "one", "two"),
    "the kind of an error": Case(
        """
        def result():
            try:
                raise KeyError("no")
            except LookupError:
                return 1
            except ValueError:
                return 2
        """,
        "KeyError",
        "ValueError",
    ),
    "a number that an error carries": Case(
        """
        def result():
            try:
                raise ValueError(1)
            except ValueError as error:
                return error.args
        """,
        "(1)",
        "(2)",
    ),
    "a text printed into a file": Case(
        """
        import io
        def result():
            file = io.StringIO()
            print("one", file=file)
            return file.getvalue()
        """,
        '"one"',
        '"two"',
    ),
    "a function that is called as messages are": Case(
        "def say(text):\n    return len(text)\ndef result():\n    return say('one')", "'one'", "'four'"
    ),
    "a default value set at run time": Case(
        "def helper(x=1):\n    return x\ndef result():\n    return helper()",
        patch=lambda module: setattr(module.helper, "__defaults__", (5,)),
    ),
    "a default value by keyword set at run time": Case(
        "def helper(*, x=1):\n    return x\ndef result():\n    return helper()",
        patch=lambda module: setattr(module.helper, "__kwdefaults__", {"x": 5}),
    ),
    "an attribute of a class set after its statement": Case(CLASS, patch=lambda m: setattr(m.Net, "width", 7)),
    "a method set after its statement": Case(CLASS, patch=lambda m: setattr(m.Net, "size", nine)),
    "a special method set after its statement": Case(
        "class Net:\n    pass\ndef result():\n    return bool(Net())",
        patch=lambda m: setattr(m.Net, "__len__", empty),
    ),
    "a property set after its statement": Case(CLASS, patch=lambda m: setattr(m.Net, "area", property(nine))),
    "a static method set after its statement": Case(CLASS, patch=lambda m: setattr(m.Net, "base", staticmethod(six))),
    "an attribute that the statement did not have": Case(
        "class Net:\n    pass\ndef result():\n    return getattr(Net(), 'width', 0)",
        patch=lambda m: setattr(m.Net, "width", 1),
    ),
    "what a computed getattr finds in a module": Case(
        "import lab\ndef one():\n    return 1\ndef result(name='one'):\n    return getattr(lab, name)()",
        "return 1",
        "return 2",
    ),
    "what globals() holds": Case(
        "def one():\n    return 1\ndef result(name='one'):\n    return globals()[name]()", "return 1", "return 2"
    ),
    "a module imported by its name as text": Case(
        """
        import importlib
        def one():
            return 1
        def result(name="one"):
            return getattr(importlib.import_module("lab"), name)()
        """,
        "return 1",
        "return 2",
    ),
    "an implementation of singledispatch": Case(
        """
        from functools import singledispatch
        @singledispatch
        def describe(value):
            return "?"
        @describe.register
        def _(value: int):
            return "integer"
        def result():
            return describe(1)
        """,
        '"integer"',
        '"whole"',
    ),
    "a subclass that is looked up as such": Case(
        "class Base:\n    pass\nclass A(Base):\n    width = 1\ndef result():\n"
        "    return [kind.width for kind in Base.__subclasses__()]",
        "width = 1",
        "width = 2",
    ),
    "a field that is read": Case(FIELDS, "rate: float = 0.1", "rate: float = 0.2"),
    "a field that is read by its name as text": Case(
        FIELDS.replace("recipe.rate", 'getattr(recipe, "rate")'), "rate: float = 0.1", "rate: float = 0.2"
    ),
    "a field that is read by a computed name, with something else where there is none": Case(
        FIELDS.replace("recipe.rate", 'getattr(recipe, "".join(("ra", "te")), None)'),
        "rate: float = 0.1",
        "rate: float = 0.2",
    ),
    "a field that a pattern reads": Case(
        FIELDS.replace(
            "        return recipe.rate",
            "        match recipe:\n            case Recipe(rate=x):\n                return x",
        ),
        "rate: float = 0.1",
        "rate: float = 0.2",
    ),
    "a default that only its expression tells": Case(
        """
        from dataclasses import dataclass
        class Crop:
            def __init__(self, size):
                self.size = size
        @dataclass(frozen=True)
        class Recipe:
            crop: object = Crop(3)
        def result():
            return Recipe().crop.size
        """,
        "Crop(3)",
        "Crop(4)",
    ),
    "what a field says of itself": Case(
        """
        from dataclasses import dataclass, field
        @dataclass(frozen=True)
        class Recipe:
            rate: int = field(default=1)
        def result():
            return Recipe(1) == Recipe(2), Recipe().rate
        """,
        "field(default=1)",
        "field(default=1, compare=False)",
    ),
    "the second of two imports by one name": Case(
        """
        def slow():
            return 1
        def result():
            try:
                from lab import fast as chosen
            except ImportError:
                from lab import slow as chosen
            return chosen()
        """,
        "return 1",
        "return 5",
    ),
    "texts that pass through a bar": Case(
        """
        from hazards import messages
        def result():
            return list(messages.tracked(["a", "b"], 2, "items"))
        """,
        '["a", "b"]',
        '["a", "c"]',
    ),
    "a new field where all are read": Case(
        FIELDS.replace("return recipe.rate", "return list(vars(recipe).values())"),
        "    epochs: int = 3\n",
        "    epochs: int = 3\n    seed: int = 0\n",
    ),
    "fields with defaults that change places": Case(
        FIELDS.replace("return recipe.rate", "return Recipe(5, 7).rate"),
        "    rate: float = 0.1\n    epochs: int = 3\n",
        "    epochs: int = 3\n    rate: float = 0.1\n",
    ),
    "a new field before others": Case(
        FIELDS.replace("return recipe.rate", "return Recipe(5, 7).epochs"),
        "    rate: float = 0.1\n",
        "    rate: float = 0.1\n    seed: int = 0\n",
    ),
    "a default that is read as part of the whole, as text": Case(
        FIELDS.replace("return recipe.rate", "return repr(recipe)"), "epochs: int = 3", "epochs: int = 4"
    ),
    "a default that is read as part of the whole, as a dict": Case(
        FIELDS.replace("return recipe.rate", "from dataclasses import asdict\n        return str(asdict(recipe))"),
        "epochs: int = 3",
        "epochs: int = 4",
    ),
    "a method of a tuple with names": Case(TRIPLE, "height * self.width", "height + self.width"),
    "names of a tuple that change places": Case(
        TRIPLE, "    height: int\n    width: int\n", "    width: int\n    height: int\n"
    ),
    "a method of a number": Case(
        """
        class Money(int):
            def __add__(self, other):
                return 7
        PRICE = Money(3)
        def result():
            return PRICE + 1
        """,
        "7",
        "8",
    ),
    "what a wrapper does with a function": Case(
        """
        import functools
        class Twice:
            def __init__(self, function):
                functools.update_wrapper(self, function)
            def __call__(self):
                return 2 * self.__wrapped__()
        def one():
            return 1
        two = Twice(one)
        def result():
            return two()
        """,
        "2 * self",
        "3 * self",
    ),
    "two wrapped functions that change places": Case(
        TWICE,
        "twice = times(2)(one)\nthrice = times(3)(one)",
        "twice = times(3)(one)\nthrice = times(2)(one)",
    ),
    "the type that an implementation of singledispatch is for": Case(DISPATCH, "value: int", "value: str"),
    "an implementation of singledispatch that is added": Case(
        DISPATCH, patch=lambda module: module.describe.register(str, nine)
    ),
    "an attribute of a function": Case(
        "def scale():\n    pass\nscale.rate = 3\ndef result():\n    return scale.rate", "= 3", "= 4"
    ),
    "a class that an attribute of another one stands for": Case(
        """
        class A:
            width = 1
        class B:
            width = 2
        class Net:
            block = A
        Net.block = B
        def result():
            return Net.block.width
        """,
        "Net.block = B",
        "Net.block = A",
    ),
    "what an attribute of a class is called outside of it": Case(
        "size = 1\nclass Net:\n    size = size\ndef result():\n    return Net.size", "size = 1", "size = 2"
    ),
    "a global that is a variable of the function around": Case(
        """
        x = 3
        def result():
            x = 1
            def inner():
                global x
                return x
            return inner() + x
        """,
        "x = 3",
        "x = 4",
    ),
    "a function that another method imports something else by the name of": Case(
        """
        def shift():
            return 1
        def other():
            return 2
        class Net:
            def here(self):
                return shift()
            def there(self):
                from lab import other as shift
                return shift()
        def result():
            return Net().here() + Net().there()
        """,
        "return 1",
        "return 7",
    ),
    "a global that has the name of a lambda's argument": Case(
        "m = 2\ndef result(key=lambda m: m):\n    return key(3) + m", "m = 2", "m = 5"
    ),
    "what is done with warnings": Case(
        """
        import warnings
        def result():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    warnings.warn("old", stacklevel=1)
                except UserWarning:
                    return 1
                return 2
        """,
        '"ignore"',
        '"error"',
    ),
    "what a function inside a message does": Case(
        "def result():\n    texts = []\n    print(texts.append('one'))\n    return texts", "'one'", "'two'"
    ),
    "the name of a variable where the code reads names": Case(
        "def result():\n    total = 1\n    return list(locals())", "total", "amount"
    ),
    "a text printed by a function of one's own": Case(
        "def print(text):\n    return len(text)\ndef result():\n    return print('one')", "'one'", "'four'"
    ),
    "a default that is read as part of the whole, by the module's name": Case(
        FIELDS.replace("return recipe.rate", "import dataclasses\n        return str(dataclasses.asdict(recipe))"),
        "epochs: int = 3",
        "epochs: int = 4",
    ),
    "a default that is read as part of the whole, by its attributes": Case(
        FIELDS.replace("return recipe.rate", "return str(recipe.__dict__)"), "epochs: int = 3", "epochs: int = 4"
    ),
    "what a class with a method from elsewhere sees": Case(
        """
        from hazards.store.formats import to_json
        RATE = 1
        class Net:
            text = to_json
            def rate(self):
                return RATE
        def result():
            return Net().rate()
        """,
        "RATE = 1",
        "RATE = 2",
    ),
    "a text that is an error's and more": Case(
        """
        def result():
            text = "one"
            try:
                raise ValueError(text)
            except ValueError:
                return text
        """,
        '"one"',
        '"two"',
    ),
    "what is done while the text of an error is made": Case(
        """
        def result():
            numbers = iter([1, 2])
            text = f"{next(numbers)}"
            if not numbers:
                raise ValueError(text)
            return next(numbers)
        """,
        'f"{next(numbers)}"',
        'f"none"',
    ),
    "a text that says which error": Case(
        """
        def result():
            kind = "key"
            try:
                raise {"key": KeyError, "value": ValueError}[kind](1)
            except KeyError:
                return 1
            except ValueError:
                return 2
        """,
        'kind = "key"',
        'kind = "value"',
    ),
    "the name of a function inside that is read": Case(
        "def result():\n    def one():\n        pass\n    return one.__name__", "one", "two"
    ),
}

STAYS = {
    "the text of an error": Case(
        """
        def result():
            n = 2
            if n > 3:
                raise ValueError(f"{n} is too large")
            return n
        """,
        'f"{n} is too large"',
        'f"too large: {n}"',
    ),
    "the text of an assertion": Case("def result():\n    assert 1, 'one'\n    return 1", "'one'", "f'{1} of {2}'"),
    "the text of a message": Case(
        "from hazards.messages import say\ndef result():\n    say('begins')\n    return 1", "'begins'", "f'{1} begins'"
    ),
    "the text of a warning": Case(
        """
        import warnings
        def result():
            with warnings.catch_warnings(action="ignore"):
                warnings.warn("old", stacklevel=1)
            return 1
        """,
        '"old"',
        '"of old"',
    ),
    "what is printed": Case("def result():\n    print('a')\n    return 1", "'a'", "'b'"),
    "the text of a progress bar": Case(
        """
        from hazards import messages
        def result():
            with messages.bar(2, "images", unit="image") as progress:
                progress.update(2)
            return [item for item in messages.tracked([1, 2], 2, "items")]
        """,
        '"images", unit="image"',
        '"pictures", unit="picture"',
    ),
    "the names of variables": Case(
        """
        def result():
            total = 0
            for item in [1, 2]:
                with open("/dev/null") as file:
                    total += item
            try:
                raise ValueError
            except ValueError as error:
                kind = type(error)
            def add(x):
                return x + total
            return add(1), [item for item in (1, 2)], (last := 3), kind
        """,
        "total",
        "amount",
    ),
    "the name of a variable of a comprehension": Case(
        "def result():\n    return {name: [x for x in range(name)] for name in (1, 2)}", "name", "count"
    ),
    "the text of an error, made before it is raised": Case(
        """
        def result(n=2):
            if n > 3:
                text = f"{n} is too large"
                raise ValueError(text)
            return n
        """,
        'f"{n} is too large"',
        'f"too large: {n}"',
    ),
    "the text of a message by a function that is imported inside": Case(
        "def result():\n    from hazards import messages\n    messages.say('a')\n    return 1", "'a'", "'b'"
    ),
    "a module of another package that is imported inside": Case(
        "import json as format\ndef result():\n    return format.dumps(1)",
        "import json as format\ndef result():\n",
        "def result():\n    import json as format\n",
    ),
    "a function of another package that is imported inside": Case(
        "from json import dumps\ndef result():\n    return dumps(1)",
        "from json import dumps\ndef result():\n",
        "def result():\n    from json import dumps\n",
    ),
    "how something of another package is imported": Case(
        "import json\ndef result():\n    return json.dumps(1)",
        "import json\ndef result():\n    return json.dumps",
        "from json import dumps as text\ndef result():\n    return text",
    ),
    "the name of a function inside": Case(
        "def result():\n    def add(x):\n        return x + 1\n    return add(1)", "add", "plus"
    ),
    "how a function is imported": Case(
        "from hazards.store.formats import to_json\ndef result():\n    return to_json(1)",
        "from hazards.store.formats import to_json\ndef result():\n    return to_json(1)",
        "def result():\n    from hazards.store import formats as names\n    return names.to_json(1)",
    ),
    "a new field with its default": Case(FIELDS, "    epochs: int = 3\n", "    epochs: int = 3\n    seed: int = 0\n"),
    "the default of a field that no code reads": Case(FIELDS, "epochs: int = 3", "epochs: int = 4"),
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A package of one's own: write its modules, forget what was imported, and import ``pack.main``."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    names.is_ours.cache_clear()

    def load(**sources: str) -> ModuleType:
        for name in [name for name in sys.modules if name.partition(".")[0] == "pack"]:
            del sys.modules[name]
        for name, source in sources.items():
            path = tmp_path / "pack" / f"{name}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(source)
        importlib.invalidate_caches()
        return importlib.import_module("pack.main")

    yield load
    for name in [name for name in sys.modules if name.partition(".")[0] == "pack"]:
        del sys.modules[name]
    names.is_ours.cache_clear()


@pytest.mark.parametrize(
    "statement", ["from .other import value", "from pack.other import value", "import pack.other as o; value = o.value"]
)
@pytest.mark.parametrize("files", [{"__init__": ""}, {}])
def test_a_module_of_a_package_counts_that_a_function_imports(statement, files, project):
    main = f"def result():\n    {statement}\n    return value()"
    outcomes = []
    for number in (1, 2, 1):
        module = project(main=main, other=f"def value():\n    return {number}", **files)
        assert "pack.other" not in sys.modules
        key = step(module.result).call().key
        outcomes.append((module.result(), key))
    assert outcomes[0] == outcomes[2]
    assert outcomes[0][0] != outcomes[1][0]
    assert outcomes[0][1] != outcomes[1][1]


def test_modules_of_python_and_of_installations_do_not_count_whether_imported_or_not():
    assert not names.is_ours("this")
    assert "this" not in sys.modules
    assert not names.is_ours("itertools")
    assert not names.is_ours("numpy.linalg")
    assert not names.is_ours("no_such_module")
    assert not names.is_ours("")


def test_a_module_of_ones_own_counts_before_it_is_imported(project, tmp_path):
    (tmp_path / "alone.py").write_text("x = 1")
    assert names.is_ours("alone")
    assert "alone" not in sys.modules


def test_a_built_in_name_brings_nothing_else_of_its_module(lab):
    module = lab("def f():\n    return len('a')\ndef globals():\n    return 1\ndef g():\n    return globals()\n")
    assert fingerprint({"f": module.f}, "test").code.keys() == {"lab.f"}
    assert fingerprint({"g": module.g}, "test").code.keys() == {"lab.g", "lab.globals"}


def test_a_class_of_a_module_is_not_looked_for_in_cells(lab, monkeypatch):
    lab("x = 1")
    cell = "class Made:\n    pass\n"
    monkeypatch.setitem(linecache.cache, "<chapter:1>", (len(cell), None, [cell], "<chapter:1>"))
    with pytest.raises(FingerprintError, match=r"source of class lab\.Made"):
        fingerprint({"made": type("Made", (), {"__module__": "lab"})}, "test")


@pytest.mark.parametrize("name", CHANGES)
def test_a_key_falls_when_a_result_changes(name, lab):
    (value, key), (other_value, other_key) = before_and_after(CHANGES[name], lab)
    assert value != other_value
    assert key != other_key


@pytest.mark.parametrize("name", STAYS)
def test_a_key_stays_when_no_result_changes(name, lab):
    (value, key), (other_value, other_key) = before_and_after(STAYS[name], lab)
    assert value == other_value
    assert key == other_key


def test_a_field_given_another_value_counts_even_where_no_code_reads_it(lab):
    module = lab(FIELDS)
    train = step(module.train, name="train")
    assert train.call(module.Recipe()).key == train.call(module.Recipe(epochs=3)).key
    assert train.call(module.Recipe()).key != train.call(module.Recipe(epochs=4)).key
    assert train.call(module.Recipe()).config["recipe"]["epochs"] == 3, "a result tells its whole configuration"


MOVED = """
from dataclasses import dataclass
RATE = 3
def scale(x):
    return x * RATE
@dataclass(frozen=True)
class Recipe:
    model: object = scale
def result(recipe=Recipe()):
    return recipe.model(2)
"""


def test_what_is_moved_and_renamed_keeps_its_key_by_the_table_of_aliases(lab, monkeypatch):
    before = outcome(lab(MOVED).result)
    renamed = lab(MOVED.replace("scale", "times").replace("RATE", "FACTOR").replace("Recipe", "Settings"))
    assert outcome(renamed.result)[1] != before[1]
    aliases = {"lab.times": "lab.scale", "lab.FACTOR": "lab.RATE", "lab.Settings": "lab.Recipe"}
    monkeypatch.setattr(names, "_ALIASES", aliases)
    names.known_as.cache_clear()
    code._REACHED.clear()
    assert outcome(renamed.result) == before
    assert names.now_called("lab.scale") == "lab.times"
    names.known_as.cache_clear()


def test_why_says_what_was_moved(lab, store, monkeypatch):
    renamed = lab(MOVED.replace("scale", "times"))
    monkeypatch.setattr(names, "_ALIASES", {"lab.times": "lab.scale"})
    names.known_as.cache_clear()
    code._REACHED.clear()
    step(renamed.result)()
    assert why("result").splitlines()[1:] == ["  lab.scale is now lab.times"]
    names.known_as.cache_clear()


def test_a_package_that_is_moved_takes_its_modules_along(monkeypatch):
    aliases = {"hazards.networks": "hazards.models", "hazards.networks.backbones.small": "hazards.tiny"}
    monkeypatch.setattr(names, "_ALIASES", aliases)
    names.known_as.cache_clear()
    assert names.known_as("hazards.networks.models.built") == "hazards.models.models.built"
    assert names.known_as("hazards.networks.backbones.small") == "hazards.tiny"
    assert names.known_as("hazards.networks_of_old.f") == "hazards.networks_of_old.f"
    assert names.now_called("hazards.models.models.built") == "hazards.networks.models.built"
    names.known_as.cache_clear()


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import importlib\ndef f(name):\n    return importlib.import_module(name)", "import_module"),
        ("def f(text):\n    return eval(text)", "eval"),
        ("import sys\ndef f(name):\n    return sys.modules[name]", "sys.modules"),
        ("def f(kind):\n    return kind.__subclasses__()", "__subclasses__"),
    ],
)
def test_what_no_key_can_follow_is_said_once_with_its_place(source, name, lab, capsys):
    module = lab(source)
    code._warned.cache_clear()
    for _ in range(2):
        digest(fingerprint({"f": module.f}, "test"))
    line = len(source.split("\n"))
    told = capsys.readouterr().err.splitlines()
    hint = "name it in the code, or edit with care"
    assert told == [f"lab, line {line}: what {name} leads to has no part in the keys of results; {hint}"]


def test_subclasses_of_a_class_that_is_known_are_followed_and_not_complained_of(lab, capsys):
    module = lab("class Base:\n    pass\ndef f():\n    return Base.__subclasses__()")
    code._warned.cache_clear()
    digest(fingerprint({"f": module.f}, "test"))
    assert capsys.readouterr().err == ""


def test_functions_of_functools_count_by_what_they_wrap(lab):
    module = lab("import functools\n@functools.cache\ndef f():\n    return 1\ng = functools.partial(f)")
    assert isinstance(module.g, functools.partial)
    other = lab("import functools\n@functools.cache\ndef f():\n    return 2\ng = functools.partial(f)")
    assert fingerprint({"g": module.g}, "test") != fingerprint({"g": other.g}, "test")
