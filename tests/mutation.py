"""Do the tests bite? Changes the library in one place at a time, and counts how many changes its tests notice.

    make mutation                                                  # 300 mutants of all rooms
    make mutation OPTIONS="--sample 40 --only metrics training/loss"

Cosmic Ray makes the mutants: another number, operator or comparison, a condition turned round, a loop that never runs.
Places are drawn at random with a fixed seed, and at each one of its mutants; left out is what does nothing when the
code runs: annotations, overloads, imports for type checkers. A mutant is killed if the tests of its own module, which
mutation.toml names, fail or take too long. All this happens in copies of the project.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
WARM = (
    "torch torchvision.transforms.v2 lightning_fabric pandas pyarrow scipy.stats sklearn.metrics PIL.Image "
    "pytest pygments.formatters.terminal hypothesis.extra.numpy playwright.sync_api"
)
"""What takes long to import: it is imported once, and each run of tests is forked from there."""
TIMES = count(1)


class Mutant(NamedTuple):
    """A change of a module: an operator of Cosmic Ray, at which of the places where it could act, and in which line."""

    module: str
    operator: str
    occurrence: int
    line: int

    def texts(self) -> tuple[str, str]:
        """The module before and after."""
        from cosmic_ray import mutating, plugins

        text = (ROOT / self.module).read_text()
        return text, mutating.mutate_code(text, plugins.get_operator(self.operator)(), self.occurrence)

    @property
    def is_python(self) -> bool:
        with contextlib.suppress(SyntaxError, AttributeError):  # Cosmic Ray takes no `except module.Error`
            return bool(ast.parse(self.texts()[1]))
        return False

    def __str__(self) -> str:
        old, new = (text.splitlines()[self.line - 1] for text in self.texts())
        return f"{self.module}:{self.line}: {old.strip()}  →  {new.strip()}"


def tests_by_module() -> dict[str, str]:
    rooms = tomllib.loads((ROOT / "tests/mutation.toml").read_text())
    return {
        f"code/hazards/{room}/{module}.py": " ".join(f"tests/{room}/{file}.py" for file in files.split())
        for room, parts in rooms.items()
        for modules, files in parts.items()
        for module in modules.split()
    }


def without_effect(text: str) -> list[tuple[int, int, int, int]]:
    """First line and column, last line and column of each part of a module that does nothing when it runs."""
    nodes: list[ast.AST | None] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.arg, ast.AnnAssign)):
            nodes.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            nodes.append(node.returns)
            nodes += [part for part in node.decorator_list if ast.unparse(part) == "overload"]
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            nodes.append(node)
    return [(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset) for node in nodes if node]


def places(module: str) -> list[list[Mutant]]:
    """The mutants at each place of a module, places in the order of the text."""
    from cosmic_ray import plugins
    from cosmic_ray.ast import ast_nodes, get_ast

    text = (ROOT / module).read_text()
    nodes, left_out, mutants = list(ast_nodes(get_ast(text))), without_effect(text), defaultdict(list)
    for name in plugins.operator_names():
        operator = plugins.get_operator(name)
        if operator.arguments() or name.endswith(("_Eq_Is", "_NotEq_IsNot")):  # short texts and numbers are one object
            continue
        positions = (start for node in nodes for start, _ in operator().mutation_positions(node))
        for occurrence, start in enumerate(positions):
            if not any(part[:2] <= start < part[2:] for part in left_out):
                mutants[start].append(Mutant(module, name, occurrence, start[0]))
    return [mutants[start] for start in sorted(mutants)]


def drawn(everywhere: list[list[Mutant]], rng: random.Random) -> Iterator[Mutant]:
    """One mutant of each place, places in random order; none where no mutant can be made."""
    for place in rng.sample(everywhere, len(everywhere)):
        shuffled = rng.sample(place, len(place))
        yield from islice((mutant for mutant in shuffled if mutant.is_python), 1)


def prepare(top: str) -> None:
    """Begin a worker: import what takes long, and copy the project as it stands, edits included."""
    global FOLDER
    FOLDER = Path(tempfile.mkdtemp(dir=top))
    os.environ |= {"OMP_NUM_THREADS": "1", "PYTHONPATH": f"{FOLDER / 'code'}:{FOLDER / 'tests'}"}
    for name in WARM.split():
        importlib.import_module(name)
    left_out = shutil.ignore_patterns(".*", "_book", "__pycache__", "checkpoints", "figures")
    shutil.copytree(ROOT, FOLDER, ignore=left_out, dirs_exist_ok=True)


def put(path: Path, text: str) -> None:
    """Write a module with a time of its own, from which Python tells that its bytecode is that of another text."""
    path.write_text(text)
    os.utime(path, (next(TIMES),) * 2)


def run(module: str, text: str, tests: str, limit: float) -> tuple[bool, float]:
    """Whether tests pass with this text of a module within so many seconds, and the seconds that it took."""
    path, began = FOLDER / module, time.monotonic()
    whole = path.read_text()
    put(path, text)
    child = multiprocessing.get_context("fork").Process(target=test, args=(tests,))
    child.start()
    child.join(limit)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)  # with all that the tests have started
    child.join()
    put(path, whole)
    return child.exitcode == 0, time.monotonic() - began


class QuickestFirst:
    """A plugin of pytest: notes what each test takes, and later begins with the quickest and leaves out the slowest."""

    LONGEST = 4.0
    """Seconds."""

    def __init__(self, tests: str) -> None:
        self.file = FOLDER.parent / f"{tests.replace('/', '.')}.json"
        self.seconds = json.loads(self.file.read_text()) if self.file.exists() else {}

    def pytest_collection_modifyitems(self, items: list) -> None:
        known = {item: self.seconds.get(item.nodeid, 0) for item in items}
        items[:] = sorted((item for item in items if known[item] <= self.LONGEST), key=known.get)

    def pytest_runtest_logreport(self, report: object) -> None:
        self.seconds[report.nodeid] = max(self.seconds.get(report.nodeid, 0), report.duration)

    def pytest_sessionfinish(self) -> None:
        if not self.file.exists():
            self.file.write_text(json.dumps(self.seconds))


def test(tests: str) -> None:
    """Run tests, in a process of its own."""
    import pytest
    from hypothesis import Phase, settings

    os.setsid()
    os.chdir(FOLDER)
    with open("mutation.log", "w") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    phases = (Phase.explicit, Phase.generate)  # what fails need not be made small
    settings.register_profile("mutation", deadline=None, database=None, derandomize=True, phases=phases)
    options = ["-xq", "-m", "not slow and not pages", "-p", "no:cacheprovider", "--hypothesis-profile", "mutation"]
    os._exit(pytest.main([*options, *tests.split()], [QuickestFirst(tests)]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=300, help="mutants, spread at random over all places")
    parser.add_argument("--only", nargs="*", default=[""], metavar="ROOM", help="rooms or modules: metrics scores/heat")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="mutants tested at once")
    options = parser.parse_args()
    chosen = tuple(f"code/hazards/{name}" for name in options.only)
    tests = {module: files for module, files in tests_by_module().items() if module.startswith(chosen)}
    everywhere, rng = [place for module in tests for place in places(module)], random.Random(options.seed)
    mutants = list(islice(drawn(everywhere, rng), options.sample))
    print(f"{len(mutants)} of {sum(map(len, everywhere))} mutants, at {len(everywhere)} places", flush=True)
    fork, survivors, killed = multiprocessing.get_context("fork"), [], defaultdict(list)
    with (
        tempfile.TemporaryDirectory() as top,
        ProcessPoolExecutor(options.jobs, fork, prepare, (top,)) as pool,
    ):
        unchanged = {tests[mutant.module]: mutant for mutant in mutants}
        trials = {
            files: pool.submit(run, mutant.module, mutant.texts()[0], files, 900) for files, mutant in unchanged.items()
        }
        if failing := [files for files, trial in trials.items() if not trial.result()[0]]:
            raise SystemExit(f"these fail without any change: {', '.join(failing)}")
        limits = {files: 20 + 2 * trial.result()[1] for files, trial in trials.items()}
        results = [
            pool.submit(run, mutant.module, mutant.texts()[1], tests[mutant.module], limits[tests[mutant.module]])
            for mutant in mutants
        ]
        for mutant, result in zip(mutants, tqdm(results), strict=True):
            survives, _ = result.result()
            killed[mutant.module.split("/")[2]].append(not survives)
            if survives:
                survivors.append(mutant)
                tqdm.write(str(mutant), file=sys.stdout)
    for room, kills in killed.items():
        print(f"{room:10} {sum(kills):4} of {len(kills):4} killed")
    print(f"{'all':10} {len(mutants) - len(survivors):4} of {len(mutants):4} killed")


if __name__ == "__main__":
    main()
