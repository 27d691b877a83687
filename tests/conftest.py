"""Fixtures that several test files share: a store of their own, a small data set in StreetHazards' layout, Chromium."""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import shutil
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import settings
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from hazards.data import DataSet
from hazards.labels import ANOMALY, STREETHAZARDS

os.environ["HAZARDS_SHIPPED"] = "no"  # tests compute what they look at
os.environ.pop("HAZARDS_DATA", None)  # and say themselves which data they mean
settings.register_profile("untimed", deadline=None)  # on a busy machine an example takes as long as it takes
settings.load_profile("untimed")

COUNTS = {"train": 12, "val": 4, "test": 4}
FOLDERS = {"train": ("train", "training/t1-3"), "val": ("train", "validation/t4"), "test": ("test", "test/t5")}
LISTS = {"train": "train.odgt", "val": "validation.odgt", "test": "test.odgt"}


@pytest.fixture(scope="session", autouse=True)
def spare_store(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What a test leaves in the store without having asked for one lies apart from the project's results."""
    os.environ["HAZARDS_STORE"] = str(tmp_path_factory.mktemp("spare"))


@pytest.fixture(autouse=True)
def environment_as_before() -> Iterator[None]:
    """Variables that a test or the command itself sets end with the test: `main(["--profile", NAME])` sets one."""
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty store, used by everything that the test computes."""
    path = tmp_path / "store"
    monkeypatch.setenv("HAZARDS_STORE", str(path))
    return path


@pytest.fixture(scope="session")
def stripes(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    """Noisy pictures of label stripes at 48×32 pixels: 12 train, 4 val, 4 test with a square hazard each."""
    root = tmp_path_factory.mktemp("stripes")
    rng = np.random.default_rng(0)
    for split, count in COUNTS.items():
        top, folder = FOLDERS[split]
        records = []
        for index in range(1, count + 1):
            labels = np.repeat(np.array([0, 1, 7, 8]), 8)[:, None].repeat(48, 1)
            labels = np.roll(labels, rng.integers(-3, 4), 0)
            if split == "test":
                labels[12:18, 20:28] = ANOMALY
            picture = np.clip(STREETHAZARDS.colorize(labels) + rng.normal(0, 12, (32, 48, 3)), 0, 255)
            record = {"dbName": "StreetHazards", "width": 48, "height": 32}
            for key, kind, pixels in (
                ("fpath_img", "images", picture),
                ("fpath_segm", "annotations", labels + 1),
            ):
                record[key] = f"{kind}/{folder}/{index}.png"
                path = root / top / record[key]
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(pixels.astype(np.uint8)).save(path)
            records.append(record)
        (root / top / LISTS[split]).write_text(json.dumps(records))
    return DataSet(root)


@pytest.fixture(scope="session")
def uneven(stripes: DataSet, tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    """The stripes, each train image with more rows of label 5 than the one before: their losses count differently."""
    root = shutil.copytree(stripes.root, tmp_path_factory.mktemp("uneven"), dirs_exist_ok=True)
    for index, sample in enumerate(DataSet(root).split("train")):
        values = np.array(Image.open(sample.labels))
        values[: 2 * index] = 6
        Image.fromarray(values).save(sample.labels)
    return DataSet(root)


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """Import a source text as module ``lab``, anew at each call, as after an edit."""

    numbers = itertools.count()

    def load(source: str) -> ModuleType:
        path = tmp_path / str(next(numbers)) / "lab.py"
        path.parent.mkdir()
        path.write_text(textwrap.dedent(source))
        spec = importlib.util.spec_from_file_location("lab", path)
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, "lab", module)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's Chromium; where there is none, what asks for it is skipped."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("neither chromium nor google-chrome is on PATH")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


class QuietHandler(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer as a web server, and with nothing to a browser that asks of its own accord for the site's icon."""
        if self.path == "/favicon.ico":
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *arguments: object) -> None:
        """A request is no news."""


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Path], str]]:
    """Serve a folder on the loopback interface; gives its address, without a slash at the end."""
    servers = []

    def start(folder: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder)))
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
