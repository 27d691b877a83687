"""Two real processes, started by torchrun, compute together; an error in one ends both and is shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from hazards.jobs import data_parallel
from hazards.processes import processes

START = """
    import os
    import torch
    from torch.distributed import all_reduce
    from hazards.jobs import data_parallel
    from hazards.processes import processes
    from hazards.jobs.data_parallel import lead, together

    def total(value):
        tensor = torch.tensor([value * (1 + processes().rank)])
        all_reduce(tensor)
        return tensor.item(), processes().rank
"""


@pytest.fixture
def torchrun(tmp_path: Path):
    """Run a script in two processes; returns exit status and output."""

    def run(script: str, **environment: str) -> tuple[int, str]:
        path = tmp_path / "script.py"
        path.write_text(textwrap.dedent(START) + textwrap.dedent(script))
        done = subprocess.run(
            [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(path)],
            env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=100,
        )
        return done.returncode, done.stdout

    return run


def test_one_process_alone_makes_plain_calls(monkeypatch):
    for name in ("TORCHELASTIC_RUN_ID", "SLURM_STEP_NUM_TASKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SLURM_NTASKS", "4")  # an allocation, in which srun was not used
    assert processes() == (0, 1, 0, 1)
    assert data_parallel.lead(lambda: data_parallel.together(lambda a, b: a + b, 1, 2)) == 3


def test_the_first_process_leads_and_all_compute(torchrun):
    status, output = torchrun("""
        def work():
            print("led by", processes().rank, [together(total, value) for value in (1, 10)], flush=True)
            print("nested", together(lambda: together(total, 100)), flush=True)
            return "result"
        print(f"ended {lead(work)}", flush=True)
    """)
    assert status == 0, output
    assert "led by 0 [(3, 0), (30, 0)]" in output
    assert "nested (300, 0)" in output
    assert sorted(re.findall(r"ended (\w+)", output)) == ["None", "result"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("where", "message"), [("0", "ZeroDivisionError"), ("1", "process 1 of 2 failed: ZeroDivisionError: division")]
)
def test_an_error_on_one_process_ends_both_and_is_shown(torchrun, where, message):
    status, output = torchrun(
        """
        def breaks():
            if processes().rank == int(os.environ["BREAKS"]):
                1 / 0
            total(1)
        lead(lambda: together(breaks))
        print("survived")
        """,
        BREAKS=where,
    )
    assert status != 0
    assert message in output
    assert "1 / 0" in output  # the line that failed
    assert "survived" not in output


@pytest.mark.slow
def test_processes_without_a_leader_are_told(torchrun):
    status, output = torchrun("together(total, 1)")
    assert status != 0
    assert "started, but not by `lead`" in output


@pytest.mark.slow
def test_a_chapter_runs_once_on_two_processes(torchrun, tmp_path, store):
    (tmp_path / "_quarto.yml").write_text("book: {chapters: [one.qmd]}\n")
    (tmp_path / "one.qmd").write_text("""
```{python}
from pathlib import Path
import torch
from torch.distributed import all_reduce
from hazards.jobs.data_parallel import together
from hazards.jobs import gather
from hazards.store import step

def summed(value):
    with open("log", "a") as file:
        file.write(f"{value} ")
    tensor = torch.tensor([value])
    all_reduce(tensor)
    return tensor.item()

@step
def double(value):
    return together(summed, value)

values = [entry.value for entry in gather([double.call(value) for value in (1, 2)])]
Path("values").write_text(str(values))
```
""")
    script = """
        import sys
        from pathlib import Path
        from book import chapters
        from hazards import cli
        chapters.ROOT = Path(".")
        sys.exit(cli.main(["run", "one"]))
    """
    status, output = torchrun(f"os.chdir({str(tmp_path)!r})\n{textwrap.dedent(script)}")
    assert status == 0, output
    assert output.count("[1/1] one") == 1
    assert (tmp_path / "values").read_text() == "[2, 4]"
    assert (tmp_path / "log").read_text().split() == ["1", "1", "2", "2"]
    assert len(list(store.glob("double/*"))) == 2
