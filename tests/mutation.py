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
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
TESTS = {
    "metrics/segmentation": "metrics/test_metrics.py metrics/test_operating_points.py",
    "metrics/ranking": "metrics/test_operating_points.py metrics/test_anomaly_metrics.py",
    "metrics/histogram": "metrics/test_anomaly_metrics.py",
    "metrics/anomaly": "metrics/test_operating_points.py metrics/test_anomaly_metrics.py metrics/test_bootstrap.py",
    "metrics/intervals": "metrics/test_bootstrap.py",
    "metrics/components": "metrics/test_components.py",
    "metrics/masks": "metrics/test_masks.py",
    "studies/experiment": "studies/test_verdicts.py studies/test_comparisons.py evaluation/test_evaluation.py",
    "studies/claims": "studies/test_claims.py studies/test_verdicts.py",
    "training/loss": "training/test_optimisation.py training/test_training.py",
    "training/optimisation": "training/test_optimisation.py training/test_training.py",
    "training/recipe": "training/test_optimisation.py training/test_training.py",
    "training/feed": "training/test_optimisation.py training/test_training.py",
    "training/loop": "training/test_optimisation.py training/test_training.py",
    "scores/standardized": "scores/test_statistics.py scores/test_scores.py",
    "scores/features": "scores/test_statistics.py scores/test_scores.py",
    "scores/moments": "scores/test_statistics.py scores/test_scores.py",
    "scores/heat": "scores/test_statistics.py scores/test_scores.py",
    "scores/windows": "scores/test_statistics.py scores/test_scores.py",
    "data/transforms": "data/test_resizing.py data/test_augmentation.py data/test_data.py",
    "data/crops": "data/test_resizing.py data/test_augmentation.py",
    "store/entries": "store/test_limits.py store/test_store.py store/test_shipped.py",
    "store/steps": "store/test_limits.py store/test_store.py store/test_shipped.py",
    "store/locks": "store/test_limits.py store/test_store.py",
    "store/records": "store/test_limits.py store/test_store.py store/test_shipped.py",
    "store/shipped": "store/test_limits.py store/test_shipped.py",
    "store/collection": "store/test_limits.py store/test_store.py store/test_shipped.py",
}
"""The modules that are mutated, and the tests of each."""
WARM = "torch torchvision.transforms.v2 lightning_fabric pandas pyarrow scipy.stats sklearn.metrics PIL.Image"
"""What takes long to import: it is imported once, and each run of tests is forked from there."""


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
    os.environ |= {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    sys.dont_write_bytecode = True  # a text that changes twice within a second would find the bytes of the first
    FOLDER = Path(folders.get())
    os.environ["PYTHONPATH"] = f"{FOLDER / 'code'}:{FOLDER / 'tests'}"
    for name in WARM.split():
        importlib.import_module(name)
    kept_out = shutil.ignore_patterns(".*", "_book", "__pycache__", "checkpoints", "figures")
    shutil.copytree(ROOT, FOLDER, ignore=kept_out)


def run(module: str, text: str, limit: float) -> tuple[bool, float]:
    """Whether the tests of a module pass with this text of it, within so many seconds, and the seconds that it took."""
    path, begun = source_path(FOLDER, module), time.monotonic()
    original = path.read_text()
    path.write_text(text)
    child = multiprocessing.get_context("fork").Process(target=test, args=(module,))
    child.start()
    child.join(limit)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)  # with all that the tests have started
    child.join()
    path.write_text(original)
    return child.exitcode == 0, time.monotonic() - begun


def test(module: str) -> None:
    """Run the tests of a module, in a process of its own."""
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
    os._exit(pytest.main([*options, *(f"tests/{name}" for name in TESTS[module].split())]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=300, help="mutants, spread at random over all places")
    parser.add_argument("--only", nargs="*", default=[""], metavar="ROOM", help="rooms or modules: metrics scores/heat")
    parser.add_argument("--seed", type=int, default=0)
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
            wanted = sorted({mutant.module for mutant in mutants})
            texts = [source_path(ROOT, module).read_text() for module in wanted]
            whole = dict(zip(wanted, pool.map(run, wanted, texts, [900] * len(wanted)), strict=True))
            if failing := [module for module in wanted if not whole[module][0]]:
                raise SystemExit(f"the tests fail without any change: {', '.join(failing)}")
            limits = [30 + 3 * whole[mutant.module][1] for mutant in mutants]
            texts = [mutated(mutant)[1] for mutant in mutants]
            survivors, by_room = [], defaultdict(list)
            tests = pool.map(run, [mutant.module for mutant in mutants], texts, limits)
            for mutant, (survives, _) in zip(mutants, tqdm(tests, total=len(mutants)), strict=True):
                by_room[mutant.module.split("/")[0]].append(not survives)
                if survives:
                    survivors.append(changed_line(mutant))
                    tqdm.write(survivors[-1], file=sys.stdout)
    for room, killed in by_room.items():
        print(f"{room:10} {sum(killed):4} of {len(killed):4} killed")
    print(f"{'all':10} {len(mutants) - len(survivors):4} of {len(mutants):4} killed")


if __name__ == "__main__":
    main()
