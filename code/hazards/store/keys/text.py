"""Write code as text in which only what makes a difference is left.

Positions, comments, annotations, docstrings, ``pass``, names of local variables and texts of errors and messages are
left out. Names that lead elsewhere become numbers: what they stand for counts, not how they were imported. The walk is
our own, so that the text is the same on every supported Python.
"""

from __future__ import annotations

import ast
import hashlib
import json
from typing import Any, TypedDict

from hazards.store.keys.scopes import BINDING, SCOPES, Chain, Scope, chains_of, inner_scope

ALL = "*"
"""Among the attributes that code reads: it may read any."""
_LEFT_OUT = {"ctx", "type_comment", "type_params", "returns"}
_READ_ALL = {"fields", "asdict", "astuple", "vars", "repr", "__dict__", "__repr__", "__getattribute__"}
_BLIND = {"eval", "exec", "__import__", "import_module"}
_TELLING = {"print", "say", "bar", "byte_bar", "tracked", "warn"}
"""Names of functions that may do nothing but tell a person something."""


class Unit(TypedDict):
    """A definition, or a part of one, as JSON can hold it; it follows from its source alone.

    Args:
        text: hash of its canonical text, in which names that lead elsewhere are numbers.
        chains: these names, by their numbers.
        attributes: names of the attributes that it reads, see also `ALL`.
        blind: line and name of what looks up code in a way that no key can follow.
        told: calls of what may be a message: the name that is called, and the arguments, which the text leaves out.
        fields: of a class: its annotated attributes with a value, which the text leaves out.
        lines: the first and the last one.
    """

    text: str
    chains: list[Chain]
    attributes: list[str]
    blind: list[tuple[int, str]]
    told: list[tuple[Chain, Unit]]
    fields: dict[str, Unit]
    lines: tuple[int, int]


_NOWHERE = Scope({}, None)


def digest(data: Any) -> str:
    """The first 16 hexadecimal digits of SHA-256 over bytes, a string, or anything JSON can hold."""
    if not isinstance(data, bytes):
        data = (data if isinstance(data, str) else json.dumps(data, sort_keys=True)).encode()
    return hashlib.sha256(data).hexdigest()[:16]


class _Writer:
    """Write syntax trees as canonical text; notes what a `Unit` holds besides."""

    def __init__(self) -> None:
        self.chains: dict[Chain, int] = {}
        self.attributes: set[str] = set()
        self.blind: list[tuple[int, str]] = []
        self.told: list[tuple[Chain, Unit]] = []
        self.fields: dict[str, Unit] = {}

    def unit(self, nodes: list[Any], scope: Scope = _NOWHERE) -> Unit:
        """The unit of some nodes; the outermost definitions have no names, so that they may be renamed."""
        texts = [self._scope(node, scope) if isinstance(node, SCOPES) else self.write(node, scope) for node in nodes]
        return Unit(
            text=digest("\n".join(texts)),
            chains=list(self.chains),
            attributes=sorted(self.attributes),
            blind=self.blind,
            told=self.told,
            fields=self.fields,
            lines=(nodes[0].lineno, nodes[-1].end_lineno) if nodes else (0, 0),
        )

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

    def _write_nothing(self, node: ast.AST, scope: Scope) -> str:
        return ""

    _write_Pass = _write_Import = _write_ImportFrom = _write_nothing

    def _write_Constant(self, node: ast.Constant, scope: Scope) -> str:
        return f"{type(node.value).__name__}:{node.value!a}"

    def _write_JoinedStr(self, node: ast.JoinedStr, scope: Scope) -> str:
        parts = [item for item in node.values if getattr(item, "value", None) != ""]  # Python 3.12 adds empty texts
        return self._plain(node, scope, values=parts)

    def _write_Raise(self, node: ast.Raise, scope: Scope) -> str:
        is_call = isinstance(node.exc, ast.Call)
        error = self._message(node.exc, scope) if is_call else self.write(node.exc, scope)
        return f"Raise({error},{self.write(node.cause, scope)})"

    def _write_Assign(self, node: ast.Assign, scope: Scope) -> str:
        names = {getattr(target, "id", "") for target in node.targets}
        is_told = names <= scope.told and all(isinstance(scope.names.get(name), str) for name in names)
        does_more = any(isinstance(item, (ast.Call, ast.NamedExpr)) for item in ast.walk(node.value))
        is_left_out = is_told and _is_text(node.value) and not does_more
        value = "message" if is_left_out else self.write(node.value, scope)
        return f"Assign({self.write(node.targets, scope)},{value})"

    def _write_Assert(self, node: ast.Assert, scope: Scope) -> str:
        return f"Assert({self.write(node.test, scope)})"

    def _write_Call(self, node: ast.Call, scope: Scope) -> str:
        chains = chains_of(node.func, scope)
        for chain in chains:
            self._note_call(node, _last(chain))
        if not chains or _last(chains[0]) not in _TELLING or any(item.arg == "file" for item in node.keywords):
            return self._plain(node, scope)
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        self.told += [(chain, _Writer().unit(arguments, scope)) for chain in chains]
        return self._message(node, scope)

    def _message(self, node: Any, scope: Scope) -> str:
        """A call without the texts among its arguments; those of other calls inside count."""
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        texts = ["message" if _is_text(item) else self.write(item, scope) for item in arguments]
        return f"Call({self.write(node.func, scope)},{[item.arg for item in node.keywords]},[{','.join(texts)}])"

    def _note_call(self, node: ast.Call, name: str) -> None:
        """Note what a call of a built-in or imported function looks up by name."""
        texts = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        if name in _READ_ALL:
            self.attributes.add(ALL)
        if name in ("getattr", "attrgetter"):
            names = node.args[1:2] if name == "getattr" else node.args
            self.attributes.update(str(item.value) if isinstance(item, ast.Constant) else ALL for item in names)
        if name in ("__import__", "import_module") and texts:
            self._numbers([(f"{texts[0]!s}:",)])
        elif name in _BLIND:
            self.blind.append((node.lineno, name))

    # Names

    def _write_Name(self, node: ast.Name, scope: Scope) -> str:
        text = self._name(node.id, scope)
        if scope.is_class and scope.names.get(node.id) == text and isinstance(node.ctx, ast.Load):
            text += self._numbers([(node.id,)])  # as in ``size = size``, which is one of the class and one outside
        return f"Name({text})"

    def _name(self, name: str, scope: Scope) -> str:
        meaning = scope.find(name)
        return self._numbers([(head,) for head in meaning]) if isinstance(meaning, tuple) else meaning

    def _write_Attribute(self, node: ast.Attribute, scope: Scope) -> str:
        self.attributes.add(ALL if node.attr in _READ_ALL else node.attr)
        chains = chains_of(node, scope)
        if not chains and node.attr == "__subclasses__":
            self.blind.append((node.lineno, node.attr))
        if not chains:
            return self._plain(node, scope)
        if chains[0][0] in ("sys", "sys:") and chains[0][1] == "modules":
            self.blind.append((node.lineno, "sys.modules"))
        self.attributes.update(chains[0][1:])
        return f"Name({self._numbers(chains)})"

    def _numbers(self, chains: list[Chain]) -> str:
        return "|".join(f"@{self.chains.setdefault(chain, len(self.chains))}" for chain in chains)

    def _write_AnnAssign(self, node: ast.AnnAssign, scope: Scope) -> str:
        if scope.is_class:  # keeps apart a field of a dataclass and a class attribute
            is_outermost = scope.depth == 1 and node.value is not None
            if is_outermost and isinstance(node.target, ast.Name) and not _has_options(node.value):
                self.fields[node.target.id] = _Writer().unit([node.value], scope)
                return ""
            return self._plain(node, scope, annotation=None)
        if node.value is None:
            return ""
        return self._write_Assign(ast.Assign([node.target], node.value), scope)

    def _write_arg(self, node: ast.arg, scope: Scope) -> str:
        return node.arg

    def _write_bound_name(self, node: Any, scope: Scope) -> str:
        field = BINDING[type(node)]
        name = getattr(node, field)
        return self._plain(node, scope, **{field: name and self._name(name, scope)})

    def _write_MatchClass(self, node: ast.MatchClass, scope: Scope) -> str:
        self.attributes.update([ALL] if node.patterns else node.kwd_attrs)
        return self._plain(node, scope)

    _write_ExceptHandler = _write_MatchAs = _write_MatchStar = _write_MatchMapping = _write_bound_name

    def _write_Nonlocal(self, node: ast.Nonlocal, scope: Scope) -> str:
        return f"Nonlocal({[self._name(name, scope) for name in node.names]})"

    # Scopes

    def _write_definition(self, node: Any, scope: Scope) -> str:
        return self._scope(node, scope, self._name(node.name, scope))

    _write_FunctionDef = _write_AsyncFunctionDef = _write_ClassDef = _write_definition

    def _scope(self, node: Any, scope: Scope, name: str = "") -> str:
        """A function, class or lambda."""
        is_class = isinstance(node, ast.ClassDef)
        head = [node.bases, node.keywords] if is_class else [node.args]
        decorators = [item for item in getattr(node, "decorator_list", []) if not _is_step(item)]
        outside = ",".join(self.write(part, scope) for part in [*head, decorators])
        return f"{type(node).__name__}({name},{outside},{self.write(node.body, inner_scope(node, scope))})"

    _write_Lambda = _scope

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


def _last(chain: Chain) -> str:
    """The last name of a chain."""
    return chain[-1].rpartition(":")[2]


def _is_text(node: ast.expr) -> bool:
    """Whether an expression is a text as it stands, or begins with one."""
    while isinstance(node, ast.BinOp):
        node = node.left
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _has_options(value: ast.expr | None) -> bool:
    """Whether a field's value is ``field(...)``, which may say more of it than its default."""
    function = value.func if isinstance(value, ast.Call) else None
    return getattr(function, "attr", getattr(function, "id", None)) == "field"


def _is_step(decorator: ast.expr) -> bool:
    """Whether this is ``@step`` or ``@step(...)``: it says how results are kept, not what they are."""
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return getattr(target, "attr", getattr(target, "id", None)) == "step"


def unit_of(nodes: list[Any]) -> Unit:
    """The unit of a definition, or of some statements."""
    return _Writer().unit(nodes)


def canonical(source: str) -> str:
    """Canonical text of a piece of Python source; equal for sources that differ in form only."""
    writer = _Writer()
    return f"{writer.write(ast.parse(source), _NOWHERE)} {list(writer.chains)}"
