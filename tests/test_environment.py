"""The environment: what declares it stays in step, and the two commands say clearly what is missing."""

from __future__ import annotations

import importlib.metadata
import itertools
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DECLARED = [
    Requirement(text)
    for text in (
        *PROJECT["project"]["dependencies"],
        *PROJECT["dependency-groups"]["dev"],
        *PROJECT["build-system"]["requires"],
    )
]
LOCK = (ROOT / "requirements.lock").read_text()
ENTRIES = re.findall(r"^(\S+==[^\\\n]+?) *\\?\n((?: +--hash=\S+(?: \\)?\n)*)", LOCK, re.MULTILINE)
MACHINES = [
    {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": system.lower(),
        "platform_system": system,
        "platform_machine": machine,
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    for python, (system, machine) in itertools.product(
        ("3.11", "3.12", "3.13"), (("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"))
    )
]


def locked(machine: dict[str, str]) -> dict[str, Version]:
    """The version of each package that the lock gives to a machine."""
    requirements = [Requirement(text) for text, _ in ENTRIES]
    return {
        canonicalize_name(r.name): Version(next(iter(r.specifier)).version)
        for r in requirements
        if r.marker is None or r.marker.evaluate(machine)
    }


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: f"{m['python_version']}-{m['platform_machine']}")
def test_the_lock_satisfies_every_declared_dependency_on_every_machine(machine):
    versions = locked(machine)
    wanted = [requirement for requirement in DECLARED if not requirement.marker or requirement.marker.evaluate(machine)]
    for requirement in wanted:
        assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), requirement


def test_every_locked_package_has_hashes_and_none_a_place_to_download_from():
    assert len(ENTRIES) > len(DECLARED)
    assert [name for name, hashes in ENTRIES if "--hash=sha256:" not in hashes] == []
    assert "://" not in LOCK
    options = [line for line in LOCK.splitlines() if line.startswith("-")]
    assert options == []


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: f"{m['python_version']}-{m['platform_machine']}")
def test_torch_and_torchvision_are_a_pair(machine):
    versions = locked(machine)
    torch, vision = versions["torch"], versions["torchvision"]
    assert (torch.major, vision.major, vision.minor) == (2, 0, torch.minor + 15)


def test_installed_packages_are_the_locked_ones():
    """Torch and what follows from it may differ: some machines bring a build of their own, 2.11 or newer."""
    versions = locked({})
    torch = Version(importlib.metadata.version("torch"))
    assert torch >= Version("2.11")
    names = {canonicalize_name(requirement.name) for requirement in DECLARED}
    if torch.release != versions["torch"].release:
        names -= {"torch", "torchvision", "setuptools"}
    installed = {name: Version(importlib.metadata.version(name)).release for name in names}
    assert installed == {name: versions[name].release for name in names}


def test_conda_gets_the_same_python_the_same_packages_and_a_quarto_that_is_new_enough():
    *packages, last = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    conda = {r.name: r.specifier for r in map(Requirement, packages)}
    assert conda["python"] == SpecifierSet(PROJECT["project"]["requires-python"])
    assert conda["quarto"] == SpecifierSet(">=1.9")
    assert "pip" in conda
    assert last == {"pip": ["-r requirements.lock"]}


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def project(tmp_path):
    """The project's command files in a folder of their own, with no environment yet."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "code/book/render.sh", "code/uv.sh"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def book(project):
    """A project whose environment stands, with a builder that only says what it was asked for."""
    script(project / ".venv/bin/python", f'exec "{sys.executable}" "$@"')
    (project / ".venv/stamp").touch()
    (project / "code/book/offline").mkdir()
    (project / "code/book/__init__.py").touch()
    (project / "code/book/offline/__init__.py").touch()
    (project / "code/book/offline/__main__.py").write_text(
        "import os\n"
        "from pathlib import Path\n"
        "print('preview', os.environ['QUARTO_PROFILE'], flush=True)\n"
        "Path('_book').mkdir(exist_ok=True)\n"
        "for name in ('index.html', 'Report.pdf'):\n"
        "    Path('_book', name).touch()\n"
    )
    return project


def make(project: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run make where neither uv nor Quarto is on PATH except in the project's own tools/."""
    environment = {"PATH": f"{project}/tools:/usr/bin:/bin", "HOME": str(project), "LC_ALL": "C", **variables}
    command = [shutil.which("make") or "make", *arguments]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, timeout=300)


def test_make_alone_lists_the_targets(project):
    listed = make(project).stdout
    for target in ("env", "report", "test", "test-slow", "test-pages", "mutation", "lint", "lock", "bench", "clean"):
        assert re.search(rf"^  make {target} ", listed, re.MULTILINE), target


@pytest.mark.parametrize("command", ["env", "report", "test"])
def test_an_unsuitable_python_is_named_in_one_line_with_the_way_to_choose_another(project, command):
    script(project / "tools/python3", 'test "$1" = --version && echo Python 3.9.18')
    result = make(project, command)
    assert result.returncode != 0
    (line,) = result.stderr.splitlines()
    assert '"python3 --version" says "Python 3.9.18", but Python 3.11, 3.12 or 3.13 is needed' in line
    assert f"make {command} PYTHON=python3.12" in line
    assert not (project / ".venv").exists()


@pytest.mark.parametrize("machine", ["Darwin-x86_64-", "Linux-x86_64-musl", "Windows-AMD64-"])
def test_a_machine_without_packages_is_named_in_one_line(project, machine):
    script(
        project / "tools/python3",
        f"""case "$2" in *platform*) echo {machine};; *) exec "{sys.executable}" "$@";; esac""",
    )
    result = make(project, "env")
    assert result.returncode != 0
    (line,) = result.stderr.splitlines()
    assert f"no packages for {machine}" in line
    assert "Linux with glibc on x86-64 and aarch64, and macOS 14 on arm64" in line
    assert not (project / ".venv").exists()


def test_a_python_that_is_not_there_is_one_line_too(project):
    result = make(project, "env", "PYTHON=python-of-nowhere")
    assert result.returncode != 0
    (line,) = result.stderr.splitlines()
    assert "python-of-nowhere: not found" in line or "python-of-nowhere: command not found" in line


def test_a_python_without_venv_says_how_to_mend_it(project):
    script(project / "tools/python3", f'test "$1" = -m && exit 1; exec "{sys.executable}" "$@"')
    result = make(project, "env")
    assert result.returncode != 0
    line, by_make = result.stderr.splitlines()
    assert "python3 has no working venv module" in line
    assert "apt install python3-venv" in line
    assert "put uv on PATH" in line
    assert by_make.startswith("make: ***")
    assert not (project / ".uv").exists()


def uv(project: Path, *arguments: str, **variables: str) -> str:
    return subprocess.check_output(
        ["bash", "code/uv.sh", *arguments],
        cwd=project,
        env={"PATH": "/usr/bin:/bin", "HOME": str(project), "PYTHON": sys.executable, **variables},
        text=True,
    )


@pytest.mark.slow
def test_uv_comes_from_the_lock_where_it_is_missing_and_follows_pips_settings(project):
    settings = {k: v for k, v in os.environ.items() if k.startswith(("PIP_", "SSL_")) or k.endswith("_proxy")}
    assert Version(uv(project, "--version", **settings).split()[1]) == locked({})["uv"]

    script(project / ".uv/bin/uv", 'echo "$UV_DEFAULT_INDEX" "$SSL_CERT_FILE" "$@"')
    (project / "pip.conf").write_text("[global]\nindex-url = https://mirror.example/simple\ncert = /pip.pem\n")
    configured = {"PIP_CONFIG_FILE": str(project / "pip.conf")}
    assert uv(project, "pip", "list", **configured) == "https://mirror.example/simple /pip.pem pip list\n"


def test_a_render_outside_of_the_environment_says_how_to_enter_it():
    bare = [sys.executable, "-I", "-S", "code/book/pre_render.py"]
    done = subprocess.run(bare, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert "has no package book: enter the project's environment first" in line
    assert "source .venv/bin/activate" in line
    assert "make report" in line


def test_variables_decide_over_files_and_uvs_own_over_pips(project):
    script(project / ".uv/bin/python", "echo \"global.index-url='https://file.example/simple'\"")
    script(project / ".uv/bin/uv", 'echo "$UV_DEFAULT_INDEX" "$SSL_CERT_FILE"')
    assert uv(project) == "https://file.example/simple \n"
    variables = {"PIP_INDEX_URL": "https://pip.example/simple", "PIP_CERT": "/pip.pem"}
    assert uv(project, **variables) == "https://pip.example/simple /pip.pem\n"
    variables |= {"UV_DEFAULT_INDEX": "https://uv.example/simple", "SSL_CERT_FILE": "/uv.pem"}
    assert uv(project, **variables) == "https://uv.example/simple /uv.pem\n"


def test_a_new_enough_quarto_renders(book):
    script(
        book / "tools/quarto",
        'if test "$1" = --version; then echo 1.9.38; exit; fi\n'
        'echo quarto "$@" "$QUARTO_PROFILE" "$QUARTO_PYTHON" "$(command -v python)"\n'
        "mkdir .book-quarto && touch .book-quarto/index.html .book-quarto/Report.pdf\n"
        "echo 'chapters 3 s' >> .chapters/stages; echo 'pages 1 s' >> .chapters/stages",
    )
    result = make(book, "report", "PROFILE=smoke")
    assert result.returncode == 0, result.stderr
    *lines, times = result.stdout.splitlines()
    assert times.endswith(" s: chapters 3 s, pages 1 s")
    assert lines == [
        f"quarto render --output-dir .book-quarto smoke {book}/.venv/bin/python {book}/.venv/bin/python",
        f"Built {book}/_book/index.html",
        f"Built {book}/_book/Report.pdf",
    ]


def test_a_quarto_that_fails_leaves_the_old_book(book):
    script(book / "tools/quarto", 'if test "$1" = --version; then echo 1.9.38; else mkdir .book-quarto; exit 1; fi')
    (book / "_book").mkdir()
    (book / "_book/index.html").write_text("the last good one")
    assert make(book, "report").returncode != 0
    assert (book / "_book/index.html").read_text() == "the last good one"


@pytest.mark.parametrize("version", [None, "1.3.450", "1.8.27", "not a version"])
def test_without_a_new_enough_quarto_one_line_says_that_the_preview_builds(book, version):
    if version:
        script(book / "tools/quarto", f"echo {version}")
    result = make(book, "report", CI="true")
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[:2] == [
        "No Quarto 1.9 or newer on PATH, and none to be had: building the book with code/book/offline",
        "preview mini",
    ]
    assert result.stderr == ""
    assert not (book / ".quarto-env").exists()


def test_a_closed_network_falls_back_quietly_and_is_asked_once_a_day(book):
    closed = {"https_proxy": "http://127.0.0.1:9"}
    result = make(book, "report", **closed)
    assert result.returncode == 0, result.stderr
    assert "building the book with code/book/offline" in result.stdout
    assert result.stderr == ""
    tried = book / ".quarto-env/tried"
    first = tried.stat().st_mtime_ns
    make(book, "report", **closed)
    assert tried.stat().st_mtime_ns == first


def test_the_environments_profile_holds_unless_the_command_names_one(book):
    assert "preview world\n" in make(book, "report", CI="true", QUARTO_PROFILE="world").stdout
    assert "preview smoke\n" in make(book, "report", "PROFILE=smoke", CI="true", QUARTO_PROFILE="world").stdout


def test_a_missing_pdf_is_an_error_that_names_it(book):
    (book / "code/book/offline/__main__.py").write_text(
        "import pathlib; b = pathlib.Path('_book'); b.mkdir(); (b / 'index.html').touch()"
    )
    result = make(book, "report", CI="true")
    assert result.returncode != 0
    assert "_book/*.pdf is missing" in result.stderr


def test_a_failing_renderer_fails_the_command(book):
    (book / "code/book/offline/__main__.py").write_text("raise SystemExit('no such profile: moon')")
    result = make(book, "report", "PROFILE=moon", CI="true")
    assert result.returncode != 0
    assert "no such profile: moon" in result.stderr
    assert "Built" not in result.stdout
