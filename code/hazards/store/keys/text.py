"""Write code as text in which only what makes a difference is left.

Positions, comments, annotations, docstrings, ``pass``, names of local variables and texts of errors and messages are
left out. Names that lead elsewhere become numbers: what they stand for counts, not how they were imported. The walk is
our own, so that the text is the same on every supported Python.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple

from hazards.store.keys.scopes import SCOPES, Chain, Import, Scope, bound, chain_of, imports_of, inside, nodes_of

ALL = "*"
"""Among the attributes that code reads: it may read any."""
_LEFT_OUT = {"ctx", "type_comment", "type_params", "returns"}
_READ_ALL = {"fields", "asdict", "astuple", "vars", "__dict__"}
_NAMES_MATTER = {"locals", "vars", "eval", "exec", "dir"}
_BLIND = {"eval", "exec", "__import__", "import_module"}


IsMessage = Callable[[Chain, dict[str, Import]], bool]
"""Whether a function, by its dotted name and the imports in the code, only tells a person something."""


class Unit(NamedTuple):
    """One definition.

    Args:
        text: hash of its canonical text, in which names that lead elsewhere are numbers.
        chains: these names, by their numbers.
        imports: names that are imported inside the code.
        attributes: names of the attributes that it reads, see also `ALL`.
        messages: names of functions whose texts were left out, as they only tell.
        blind: line and name of what looks up code in a way that no key can follow.
    """

    text: str
    chains: tuple[Chain, ...]
    imports: dict[str, Import]
    attributes: frozenset[str]
    messages: frozenset[Chain]
    blind: tuple[tuple[int, str], ...]


_NOWHERE = Scope({}, None)


class _Writer:
    """Write syntax trees as canonical text; notes the names that lead elsewhere.

    Args:
        is_message: whether a function, by its dotted name, only tells a person something.
        without: fields of the outermost class that are left out.
    """

    def __init__(self, is_message: IsMessage, without: Collection[str] = frozenset()) -> None:
        self.is_message, self.without = is_message, without
        self.chains: dict[Chain, int] = {}
        self.imports: dict[str, Import] = {}
        self.attributes: set[str] = set()
        self.messages: set[Chain] = set()
        self.blind: list[tuple[int, str]] = []
        self.is_silent = False

    def write(self, node: Any, scope: Scope) -> str:
        """The text of a node, a list or a plain value; empty for a statement that does nothing."""
        if isinstance(node, list):
            texts = [self.write(item, scope) for item in node]
            return f"[{','.join(text for text in texts if text)}]"
        if not isinstance(node, ast.AST):
            return ascii(node)
        special = getattr(self, f"_write_{type(node).__name__}", None)
        return special(node, scope) if special else self._plain(node, scope)

    def _plain(self, node: ast.AST, scope: Scope, **instead: Any) -> str:
        fields = {name: value for name, value in ast.iter_fields(node) if name not in _LEFT_OUT} | instead
        texts = [f"{name}={self.write(value, scope)}" for name, value in fields.items() if value not in (None, [])]
        return f"{type(node).__name__}({','.join(texts)})"

    # Statements and texts that do not count

    def _write_Expr(self, node: ast.Expr, scope: Scope) -> str:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return "" if is_text else self._plain(node, scope)

    def _write_Pass(self, node: ast.Pass, scope: Scope) -> str:
        return ""

    def _write_Import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> str:
        return ""

    _write_ImportFrom = _write_Import

    def _write_Constant(self, node: ast.Constant, scope: Scope) -> str:
        if self.is_silent and isinstance(node.value, str):
            return "message"
        return f"{type(node.value).__name__}:{node.value!a}"

    def _write_JoinedStr(self, node: ast.JoinedStr, scope: Scope) -> str:
        if self.is_silent:
            return "message"
        parts = [item for item in node.values if getattr(item, "value", None) != ""]  # Python 3.12 adds empty texts
        return self._plain(node, scope, values=parts)

    def _silently(self, node: Any, scope: Scope) -> str:
        """The text of a node without the texts in it."""
        before, self.is_silent = self.is_silent, True
        text = self.write(node, scope)
        self.is_silent = before
        return text

    def _write_Raise(self, node: ast.Raise, scope: Scope) -> str:
        return f"Raise({self._silently(node.exc, scope)},{self.write(node.cause, scope)})"

    def _write_Assert(self, node: ast.Assert, scope: Scope) -> str:
        return f"Assert({self.write(node.test, scope)})"

    def _write_Call(self, node: ast.Call, scope: Scope) -> str:
        chain = chain_of(node.func, scope)
        if chain:
            self._note_call(node, chain)
        is_message = False
        if chain and self.is_message(chain, self.imports) and not _has_keyword(node, "file"):
            is_message = True
            self.messages.add(chain)
        write = self._silently if is_message else self.write
        plain = node.args[:1] if chain and chain[-1] == "tracked" else []  # what passes through is no text
        function = self.write(node.func, scope)
        args = [self.write(item, scope) if item in plain else write(item, scope) for item in node.args]
        return f"Call({function},[{','.join(args)}],{write(node.keywords, scope)})"

    def _note_call(self, node: ast.Call, chain: Chain) -> None:
        """Note what a call of a built-in or imported function looks up by name."""
        texts = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        if chain[-1] in _READ_ALL:
            self.attributes.add(ALL)
        if chain[-1] in ("getattr", "attrgetter"):
            names = node.args[1:2] if chain[-1] == "getattr" else node.args
            self.attributes.update(str(name.value) if isinstance(name, ast.Constant) else ALL for name in names)
        if chain[-1] in _BLIND:
            if texts and chain[-1] in ("__import__", "import_module"):
                self.imports[str(texts[0])] = str(texts[0]), None
                self._number((str(texts[0]),))
            else:
                self.blind.append((node.lineno, chain[-1]))

    # Names

    def _write_Name(self, node: ast.Name, scope: Scope) -> str:
        return f"Name({scope.find(node.id) or self._number((node.id,))})"

    def _write_Attribute(self, node: ast.Attribute, scope: Scope) -> str:
        self.attributes.add(ALL if node.attr in _READ_ALL else node.attr)
        chain = chain_of(node, scope)
        if chain and chain[:2] == ("sys", "modules"):
            self.blind.append((node.lineno, "sys.modules"))
        if chain:
            self.attributes.update(chain[1:])
            return f"Name({self._number(chain)})"
        if node.attr == "__subclasses__":
            self.blind.append((node.lineno, node.attr))
        return self._plain(node, scope)

    def _number(self, chain: Chain) -> str:
        return f"@{self.chains.setdefault(chain, len(self.chains))}"

    def _write_AnnAssign(self, node: ast.AnnAssign, scope: Scope) -> str:
        if scope.is_class:  # keeps apart a field of a dataclass and a class attribute
            is_field = not scope.depth > 1 and getattr(node.target, "id", None) in self.without
            is_left_out = is_field and not _has_options(node.value)
            return "" if is_left_out else self._plain(node, scope, annotation=None)
        if node.value is None:
            return ""
        return f"Assign(targets=[{self.write(node.target, scope)}],value={self.write(node.value, scope)})"

    def _write_arg(self, node: ast.arg, scope: Scope) -> str:
        return node.arg

    def _write_bound_name(self, node: Any, scope: Scope) -> str:
        """A statement or pattern that binds a name which it has as text."""
        field = "rest" if isinstance(node, ast.MatchMapping) else "name"
        name = getattr(node, field)
        return self._plain(node, scope, **{field: name and scope.find(name)})

    def _write_MatchClass(self, node: ast.MatchClass, scope: Scope) -> str:
        self.attributes.update([ALL] if node.patterns else node.kwd_attrs)
        return self._plain(node, scope)

    _write_ExceptHandler = _write_MatchAs = _write_MatchStar = _write_MatchMapping = _write_bound_name

    def _write_Nonlocal(self, node: ast.Nonlocal, scope: Scope) -> str:
        return f"Nonlocal({[scope.find(name) or name for name in node.names]})"

    # Scopes

    def _write_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> str:
        return self.definition(node, scope, node.name)

    def _write_ClassDef(self, node: ast.ClassDef, scope: Scope) -> str:
        return self.definition(node, scope, node.name)

    _write_AsyncFunctionDef = _write_FunctionDef

    def definition(self, node: Any, scope: Scope, name: str = "") -> str:
        """A function, class or lambda; the outermost has no name, so that it may be renamed."""
        if isinstance(node, ast.ClassDef):
            names = {bound: bound for bound, _ in self._bindings(node.body)}
            head = [node.bases, node.keywords]
        else:
            names = self._locals(node, scope)
            head = [node.args]
        decorators = [item for item in getattr(node, "decorator_list", []) if not _is_step(item)]
        outside = ",".join(self.write(part, scope) for part in [*head, decorators])
        inside = self.write(node.body, Scope(names, scope, isinstance(node, ast.ClassDef)))
        return f"{type(node).__name__}({name},{outside},{inside})"

    _write_Lambda = definition

    def _locals(self, node: Any, scope: Scope) -> dict[str, str]:
        """What stands for a function's arguments, which keep their names, and for its variables."""
        body = node.body if isinstance(node.body, list) else [node.body]
        kept = {item.arg: item.arg for item in ast.walk(node.args) if isinstance(item, ast.arg)}
        names_matter = any(getattr(item, "id", None) in _NAMES_MATTER for item in nodes_of(body))
        variables = dict.fromkeys(name for name, is_kept in self._bindings(body) if not (is_kept or names_matter))
        names = {name: f"{scope.depth}:{number}" for number, name in enumerate(variables)}
        return {name: name for name, _ in self._bindings(body)} | names | kept

    def _bindings(self, body: list[Any]) -> Iterator[tuple[str, bool]]:
        """Names that statements bind in their own scope, and whether these stay; notes what is imported."""
        nodes = list(inside(body))
        elsewhere = {name for node in nodes if isinstance(node, (ast.Global, ast.Nonlocal)) for name in node.names}
        for node in nodes:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                elsewhere |= self._import(node)
        for node in nodes:
            name, is_kept = bound(node)
            if name and name not in elsewhere:
                yield name, is_kept

    def _import(self, node: ast.Import | ast.ImportFrom) -> set[str]:
        """Note what is imported; all of it counts where branches or functions import several things by one name."""
        imports = imports_of(node)
        for name, place in imports.items():
            if self.imports.setdefault(name, place) != place:
                other = ".".join(filter(None, place))
                self.imports[other] = place
                self._number((other,))
        return set(imports)

    def _write_comprehension(self, node: Any, scope: Scope) -> str:
        targets = [item for part in node.generators for item in ast.walk(part.target)]
        names = dict.fromkeys(item.id for item in targets if isinstance(item, ast.Name))
        inner = Scope({name: f"{scope.depth}:{number}" for number, name in enumerate(names)}, scope)
        first = self.write(node.generators[0].iter, scope)
        items = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        parts = [[part.target, part.ifs, part.is_async] for part in node.generators]
        others = [part.iter for part in node.generators[1:]]
        return f"{type(node).__name__}({first},{self.write([items, parts, others], inner)})"

    _write_ListComp = _write_SetComp = _write_DictComp = _write_GeneratorExp = _write_comprehension


def _has_keyword(node: ast.Call, name: str) -> bool:
    return any(keyword.arg == name for keyword in node.keywords)


def _has_options(value: ast.expr | None) -> bool:
    """Whether a field's value is ``field(...)``, which may say more of it than its default."""
    function = value.func if isinstance(value, ast.Call) else None
    return getattr(function, "attr", getattr(function, "id", None)) == "field"


def _is_step(decorator: ast.expr) -> bool:
    """Whether this is ``@step`` or ``@step(...)``: it says how results are kept, not what they are."""
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return getattr(target, "attr", getattr(target, "id", None)) == "step"


def canonical(source: str) -> str:
    """Canonical text of a piece of Python source; equal for sources that differ in form only."""
    writer = _Writer(lambda chain, imports: False)
    return f"{writer.write(ast.parse(source), _NOWHERE)} {list(writer.chains)}"


def unit_of(nodes: list[Any], is_message: IsMessage, without: Collection[str] = frozenset()) -> Unit:
    """The unit of some statements, without these fields of the class among them."""
    writer = _Writer(is_message, without)
    texts = [
        writer.definition(node, _NOWHERE) if isinstance(node, SCOPES) else writer.write(node, _NOWHERE)
        for node in nodes
    ]
    text = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    noted = frozenset(writer.attributes), frozenset(writer.messages), tuple(writer.blind)
    return Unit(text, tuple(writer.chains), writer.imports, *noted)
