"""The house: imports between rooms point one way, folders and modules stay small, and the maps of it are right."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from hazards.cli import main

ROOT = Path(__file__).resolve().parents[1]
CODE = ROOT / "code"
MODULES = sorted(path for building in ("hazards", "book") for path in (CODE / building).rglob("*.py"))
GROUND = {path.stem for path in (CODE / "hazards").glob("*.py")} - {"cli", "__init__"}
"""What everything may know: modules beside the rooms."""
ROOMS = [
    "store",
    "jobs",
    "metrics",
    "world",
    "data",
    "networks",
    "training",
    "scores",
    "evaluation",
    "studies",
    "report",
    "prediction",
    "book",
    "cli",
]
"""The rooms from the ground up; one imports from those before it."""
FLOORS = dict.fromkeys(GROUND, 0) | {room: floor for floor, room in enumerate(ROOMS, 1)}
COMMANDS = {"book/pre_render.py"}
"""Files that run the command line: beside it, not below it."""
LARGEST_FOLDER = 20
LONGEST_MODULE = 300
MAPS = ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md")


def room(module: str) -> str | None:
    """The room of a module of the project, by its name with dots; None for the library as a whole."""
    building, *rest = module.split(".")
    if building == "book":
        return "book"
    return rest[0] if rest else None


def imports(path: Path) -> Iterator[str]:
    """All that a module imports of the project, anywhere in it, with the names that it takes from a package."""
    package = path.relative_to(CODE).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else ()
            origin = ".".join([*above, *filter(None, [node.module])])
            names = [f"{origin}.{alias.name}" for alias in node.names]
        yield from (name for name in names if name.split(".")[0] in ("hazards", "book"))


def files(*suffixes: str) -> list[Path]:
    """What is written by hand in code/, by the ends of names."""
    written = [path for path in CODE.rglob("*") if path.suffix in suffixes]
    return [path for path in written if "vendor" not in path.parts]


def test_imports_between_rooms_point_one_way():
    against = []
    for path in MODULES:
        name = path.relative_to(CODE).as_posix()
        importer = room(name.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
        floor = FLOORS["cli"] if name in COMMANDS or importer is None else FLOORS[importer]
        against += [f"{name} imports {module}" for module in imports(path) if FLOORS[room(module) or "cli"] > floor]
    assert against == []


def test_only_the_command_line_uses_the_bookmaking():
    science = [path for path in MODULES if path.relative_to(CODE).parts[0] == "hazards"]
    importers = {path.stem for path in science for module in imports(path) if room(module) == "book"}
    assert importers == {"cli"}


def test_no_folder_has_more_modules_than_can_be_looked_over():
    sizes = Counter(path.parent for path in MODULES if path.stem != "__init__")
    assert {folder.relative_to(CODE).as_posix(): size for folder, size in sizes.items() if size > LARGEST_FOLDER} == {}


def test_no_module_is_longer_than_can_be_read_at_once():
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in files(".py", ".lua", ".js", ".css", ".sh")}
    assert {path.relative_to(CODE).as_posix(): size for path, size in lengths.items() if size > LONGEST_MODULE} == {}


def test_every_folder_of_modules_is_a_package_and_every_module_says_what_it_holds():
    missing = [folder for folder in {path.parent for path in MODULES} if not (folder / "__init__.py").is_file()]
    assert not missing
    silent = [path for path in MODULES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert not silent


def code_spans(name: str) -> str:
    """What a page writes as code: in lines of their own, and in the text."""
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.findall(r"^```.*?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\(([^)#]+)\)", text)
    return "\n".join([*blocks, *re.findall(r"`([^`]+)`", text), *links])


@pytest.mark.parametrize("name", MAPS)
def test_every_path_that_a_map_names_exists(name):
    spans = code_spans(name)
    tops = "|".join(re.escape(path.name) for path in ROOT.iterdir() if path.is_dir() and path.name[0] != ".")
    paths = set(re.findall(rf"(?<![\w./])(?:{tops})/[\w./*-]*", spans))
    assert paths
    made = ("_book", "site_libs", "checkpoints/", "figures/")  # by runs of the project
    assert not [path for path in paths if not path.startswith(made) and "NAME" not in path and not [*ROOT.glob(path)]]
    sources = set(re.findall(r"(?<![\w./*-])[\w-]+\.(?:py|lua|js|sh|qmd)\b", spans)) - {"NAME.qmd"}
    known = {path.name for folder in ("code", "chapters", "tests", "benchmarks") for path in (ROOT / folder).rglob("*")}
    assert sources <= known | {"index.qmd"}


@pytest.mark.parametrize("name", MAPS)
def test_every_command_that_a_map_names_exists(name, capsys):
    spans = code_spans(name)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?m)(?:^|\s)make ([a-z][a-z-]*)", spans)) <= targets
    with pytest.raises(SystemExit):
        main(["--help"])
    commands = set(re.findall(r"^    ([a-z]+) ", capsys.readouterr().out, re.MULTILINE))
    named = set(re.findall(r"(?m)^hazards (?:--profile \w+ )?([a-z]+)", spans))
    assert named <= commands


def test_all_state_stands_in_the_table():
    table = set(re.findall(r"`(\w+)`", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")))
    text = "\n".join(path.read_text(encoding="utf-8") for path in files(".py", ".sh"))
    ours = set(re.findall(r"HAZARDS_[A-Z]+(?:_[A-Z]+)*", text))
    read = set(re.findall(r"environ(?:\.get\(|\[)['\"]([A-Z_]+)", text))
    changed = set(re.findall(r"^ +global (\w+)$", text, re.MULTILINE))
    context = set(re.findall(r"^(\w+): (?:contextvars\.)?ContextVar", text, re.MULTILINE))
    assert changed
    assert context
    assert (ours | read | changed | context) - table == set()
    assert {name for name in table if name.startswith("HAZARDS_")} - ours == set()


def test_every_room_stands_in_the_architecture():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = {
        path.relative_to(ROOT).as_posix() for path in (CODE / "hazards").iterdir() if (path / "__init__.py").is_file()
    }
    parts = {path.relative_to(ROOT).as_posix() for path in (CODE / "book").iterdir() if path.is_dir()}
    parts = {part for part in parts if not part.endswith("__pycache__")}
    assert [part for part in sorted(rooms | parts) if f"{part}/" not in text] == []
