"""Do the tests bite? Changes the library in one place at a time and counts how many changes its tests notice.

    make mutation                                               # 300 mutants of all rooms
    make mutation OPTIONS="--sample 40 --only metrics training/loss"

Cosmic Ray makes the mutants: another number, operator or comparison, a condition turned round, a loop that never runs.
Places are drawn at random with a fixed seed, and at each one of its mutants. A mutant is killed if the tests of its own
module fail or take several times as long as they should. All of this happens in copies of the project. Places that no
test can notice are not drawn: annotations, overloads, and what is there for type checkers alone.
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
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from itertools import count, repeat
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
TESTS = {
    "metrics/segmentation": "metrics/test_segmentation.py metrics/test_operating_points.py",
    **dict.fromkeys(
        [
            f"metrics/{name}"
            for name in ("auroc", "aupr", "fpr95", "figures", "ranking", "curves", "pixels", "histogram")
        ],
        "metrics/test_operating_points.py metrics/test_anomaly_metrics.py",
    ),
    "metrics/anomaly": "metrics/test_operating_points.py metrics/test_draws.py metrics/test_anomaly_metrics.py",
    "metrics/intervals": "metrics/test_draws.py metrics/test_intervals.py",
    "metrics/components": "metrics/test_components.py",
    "metrics/masks": "metrics/test_masks.py",
    "studies/experiment": "studies/test_verdicts.py studies/test_comparisons.py evaluation/test_evaluation.py",
    "studies/claims": "studies/test_claims.py studies/test_verdicts.py",
    **dict.fromkeys(
        [f"training/{name}" for name in ("loss", "optimisation", "recipe", "feed", "loop")],
        "training/test_optimisation.py training/test_training.py",
    ),
    **dict.fromkeys(
        [f"scores/{name}" for name in ("standardized", "features", "moments", "heat", "windows")],
        "scores/test_statistics.py scores/test_scores.py",
    ),
    "data/transforms": "data/test_resizing.py data/test_augmentation.py data/test_data.py",
    "data/crops": "data/test_resizing.py data/test_augmentation.py",
    **dict.fromkeys(
        [f"store/{name}" for name in ("entries", "steps", "locks", "chapter_records", "shipped", "garbage_collection")],
        "store/test_limits.py store/test_chapter_records.py store/test_locks.py store/test_store.py "
        "store/test_shipped.py",
    ),
    **dict.fromkeys(
        [f"store/keys/{name}" for name in ("code", "lookups", "names", "scopes", "source", "text", "values")],
        "store/test_staleness.py store/test_fingerprint.py store/test_values.py",
    ),
}
"""The modules that are mutated, and the tests of each."""
WARM = (
    "torch torchvision.transforms.v2 lightning_fabric pandas pyarrow scipy.stats sklearn.metrics PIL.Image "
    "pytest pygments.formatters.terminal hypothesis.extra.numpy playwright.sync_api"
)
"""What takes long to import: it is imported once, and each run of tests is forked from there."""
TIMES = count(1)


class Mutant(NamedTuple):
    """A change of a module: the number of its place among those of an operator of Cosmic Ray, and the line."""

    module: str
    operator: str
    occurrence: int
    line: int


def source_path(folder: Path, module: str) -> Path:
    return folder / "code/hazards" / f"{module}.py"


def unnoticeable(source: str) -> list[tuple[int, int, int, int]]:
    """First line and column, last line and column of each part that does nothing when the module runs."""
    nodes: list[ast.AST | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.arg, ast.AnnAssign)):
            nodes.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            nodes.append(node.returns)
            if "overload" in map(ast.unparse, node.decorator_list):
                nodes += [node, *node.decorator_list]
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            nodes.append(node)
    return [(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset) for node in nodes if node]


def places(module: str) -> list[list[Mutant]]:
    """The mutants at each place of a module, places in the order of the text."""
    from cosmic_ray import plugins
    from cosmic_ray.ast import ast_nodes, get_ast

    source = source_path(ROOT, module).read_text()
    nodes, left_out, mutants = list(ast_nodes(get_ast(source))), unnoticeable(source), defaultdict(list)
    for name in plugins.operator_names():
        operator = plugins.get_operator(name)
        if operator.arguments() or name.endswith(("_Eq_Is", "_NotEq_IsNot")):  # short texts and numbers are one object
            continue
        positions = (start for node in nodes for start, _ in operator().mutation_positions(node))
        for occurrence, start in enumerate(positions):
            if not any(part[:2] <= start < part[2:] for part in left_out):
                mutants[start].append(Mutant(module, name, occurrence, start[0]))
    return [mutants[start] for start in sorted(mutants)]


def mutated(mutant: Mutant) -> tuple[str, str]:
    """The text of a module and the same with the change."""
    from cosmic_ray import mutating, plugins

    source = source_path(ROOT, mutant.module).read_text()
    return source, mutating.mutate_code(source, plugins.get_operator(mutant.operator)(), mutant.occurrence)


def changed_line(mutant: Mutant) -> str:
    """Where a module is changed, and what there stands before and after."""
    pairs = zip(*(text.splitlines() for text in mutated(mutant)), strict=False)
    old, new = next(pair for pair in pairs if pair[0] != pair[1])
    return f"{source_path(Path(), mutant.module)}:{mutant.line}: {old.strip()}  →  {new.strip()}"


def prepare(folders: multiprocessing.Queue) -> None:
    """Begin a worker: import what takes long, and copy the project as it stands, edits included."""
    global FOLDER
    FOLDER = Path(folders.get())
    os.environ |= {"OMP_NUM_THREADS": "1", "PYTHONPATH": f"{FOLDER / 'code'}:{FOLDER / 'tests'}"}
    for name in WARM.split():
        importlib.import_module(name)
    kept_out = shutil.ignore_patterns(".*", "_book", "__pycache__", "checkpoints", "figures")
    shutil.copytree(ROOT, FOLDER, ignore=kept_out)


def put(path: Path, text: str) -> None:
    """Write a module at a time of its own, from which Python tells that its bytecode is another one's."""
    path.write_text(text)
    os.utime(path, (next(TIMES),) * 2)


def run(tests: str, module: str, text: str, limit: float, longest: float) -> tuple[bool, float]:
    """Whether the tests pass with this text of a module within so many seconds, and the seconds that it took."""
    path, begun = source_path(FOLDER, module), time.monotonic()
    original = path.read_text()
    put(path, text)
    child = multiprocessing.get_context("fork").Process(target=test, args=(tests, longest))
    child.start()
    child.join(limit)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)  # with all that the tests have started
    child.join()
    put(path, original)
    return child.exitcode == 0, time.monotonic() - begun


class QuickestFirst:
    """A plugin of pytest that notes how long each test takes, and begins with those that were quickest before."""

    def __init__(self, tests: str, longest: float) -> None:
        self.longest = longest
        self.file = FOLDER.parent / f"{re.sub(r'[^a-z]+', '-', tests)}.json"
        self.seconds = json.loads(self.file.read_text()) if self.file.exists() else defaultdict(float)

    def pytest_collection_modifyitems(self, items: list) -> None:
        known = {item: self.seconds.get(item.nodeid, 0) for item in items}
        items[:] = sorted((item for item in items if known[item] <= self.longest), key=known.get)

    def pytest_runtest_logreport(self, report: object) -> None:
        if not self.file.exists():
            self.seconds[report.nodeid] += report.duration

    def pytest_sessionfinish(self) -> None:
        if not self.file.exists():
            self.file.write_text(json.dumps(self.seconds))


def test(tests: str, longest: float) -> None:
    """Run tests but for those that took more seconds than the longest may, in a process of its own."""
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
    paths = [f"tests/{name}" for name in tests.split()]
    os._exit(pytest.main([*options, *paths], [QuickestFirst(tests, longest)]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=300, help="mutants, spread at random over all places")
    parser.add_argument("--only", nargs="*", default=[""], metavar="ROOM", help="rooms or modules: metrics scores/heat")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--longest", type=float, default=15, help="seconds beyond which a test is left out")
    parser.add_argument("--jobs", type=int, default=2, help="mutants tested at once")
    options = parser.parse_args()
    modules = [module for module in TESTS if module.startswith(tuple(options.only))]
    everywhere, rng = [place for module in modules for place in places(module)], random.Random(options.seed)
    drawn = sorted(rng.sample(everywhere, min(options.sample, len(everywhere))))
    mutants = [rng.choice(place) for place in drawn]
    print(f"{len(mutants)} of {sum(map(len, everywhere))} mutants, at {len(everywhere)} places", flush=True)
    context = multiprocessing.get_context("fork")
    with tempfile.TemporaryDirectory() as top:
        folders = context.Queue()
        for number in range(options.jobs):
            folders.put(f"{top}/{number}")
        with ProcessPoolExecutor(options.jobs, context, prepare, (folders,)) as pool:
            unchanged = {TESTS[mutant.module]: mutant.module for mutant in mutants}
            texts = [source_path(ROOT, module).read_text() for module in unchanged.values()]
            whole = dict(
                zip(
                    unchanged,
                    pool.map(run, unchanged, unchanged.values(), texts, repeat(900), repeat(900)),
                    strict=True,
                )
            )
            if failing := [tests for tests, (passes, _) in whole.items() if not passes]:
                raise SystemExit(f"these fail without any change: {', '.join(failing)}")
            tests = [TESTS[mutant.module] for mutant in mutants]
            texts = [mutated(mutant)[1] for mutant in mutants]
            limits = [20 + 2 * whole[name][1] for name in tests]
            results = pool.map(
                run, tests, [mutant.module for mutant in mutants], texts, limits, repeat(options.longest)
            )
            survivors, by_room = 0, defaultdict(list)
            for mutant, (survives, _) in zip(mutants, tqdm(results, total=len(mutants)), strict=True):
                by_room[mutant.module.split("/")[0]].append(not survives)
                survivors += survives
                if survives:
                    tqdm.write(changed_line(mutant), file=sys.stdout)
    for room, killed in by_room.items():
        print(f"{room:10} {sum(killed):4} of {len(killed):4} killed")
    print(f"{'all':10} {len(mutants) - survivors:4} of {len(mutants):4} killed")


if __name__ == "__main__":
    main()
