"""Bringing the data set into a folder, from a real server that fails in many ways and from archives on disk."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import io
import os
import resource
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazards.cli import main
from hazards.data import DataSet, transfer
from hazards.data import download as module
from hazards.data.archives import ArchiveError, unpack
from hazards.data.download import DownloadError, download
from hazards.data.transfer import TransferError

TRAIN, TEST = "streethazards_train.tar", "streethazards_test.tar"
CODE = Path(__file__).parents[2] / "code"


class Server(http.server.ThreadingHTTPServer):
    """Serves files with Range, and notes what it is asked for; its attributes make it fail."""

    daemon_threads = True

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = files
        self.asked: list[tuple[str, str | None]] = []
        self.breaks: list[int] = []  # bytes after which the next answers break off
        self.stalls = False  # rather than break off, say nothing more
        self.ranges = True
        self.shift = 0  # by which answers to Range start too late
        self.announced: int | None = None  # size that HEAD tells, instead of the true one
        self.url = f"http://127.0.0.1:{self.server_port}/mirror"

    def handle_error(self, request, client_address):
        """A client that leaves is no error here."""


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_HEAD(self):
        self._answer(head=True)

    def do_GET(self):
        self._answer(head=False)

    def _answer(self, head: bool) -> None:
        server, name = self.server, self.path.removeprefix("/mirror/")
        asked = self.headers.get("Range")
        if not head:
            server.asked.append((name, asked))
        if name not in server.files:
            self.send_error(404)
            return
        body, start = server.files[name], 0
        if asked and server.ranges:
            start = int(asked.removeprefix("bytes=").removesuffix("-")) + server.shift
            if start >= len(body):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        else:
            self.send_response(200)
        size = server.announced if head and server.announced is not None else len(body) - start
        if size >= 0:
            self.send_header("Content-Length", str(size))
        self.end_headers()
        if not head:
            stop = server.breaks.pop(0) if server.breaks else len(body)
            self.wfile.write(body[start : start + stop])
            if start + stop < len(body) and server.stalls:
                self.wfile.flush()
                time.sleep(20)

    def log_message(self, *args):
        pass


def packed(root: Path, folder: str, name: str | None = None) -> bytes:
    """A tar archive of one folder of a data set, under its name or another one."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.add(root / folder, folder if name is None else name)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def files(stripes: DataSet) -> dict[str, bytes]:
    return {TRAIN: packed(stripes.root, "train"), TEST: packed(stripes.root, "test")}


def expect(files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let these archives count as the official ones."""
    known = [replace(archive, md5=hashlib.md5(files[archive.name]).hexdigest()) for archive in module.ARCHIVES]
    monkeypatch.setattr(module, "ARCHIVES", tuple(known))


@pytest.fixture
def server(files, monkeypatch):
    expect(files, monkeypatch)
    monkeypatch.setattr(transfer, "_WAIT", 0.01)
    with Server(dict(files)) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def folder(files, monkeypatch, tmp_path):
    """The archives on disk."""
    expect(files, monkeypatch)
    path = tmp_path / "archives"
    path.mkdir()
    for name, data in files.items():
        (path / name).write_bytes(data)
    return path


def inside(root: Path) -> set[str]:
    return {path.name for path in root.iterdir()}


@contextlib.contextmanager
def files_up_to(size: int):
    """Let writing fail beyond this many bytes a file, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


# From a server


def test_the_command_brings_the_data_set_and_says_what_comes_next(server, stripes, tmp_path, capsys):
    root = tmp_path / "new/my data"
    assert main(["download", str(root), "--from", server.url]) == 0
    out, err = capsys.readouterr()
    assert DataSet(root).fingerprint() == stripes.fingerprint()
    assert inside(root) == {"train", "test"}
    size = sum(map(len, server.files.values()))
    assert f"{TRAIN} and {TEST}: {size / 1000:.0f}kB to fetch, up to" in err
    assert out.splitlines() == [
        f"{root} holds StreetHazards: 12 train, 4 val, 4 test. Next:",
        f"  hazards verify '{root}'",
        f"  export HAZARDS_DATA='{root}'",
    ]


def test_what_is_complete_is_left_alone(server, stripes, capsys):
    before = sorted((path, path.stat().st_mtime_ns) for path in stripes.root.rglob("*"))
    assert main(["download", str(stripes.root), "--from", server.url]) == 0
    assert f"{stripes.root} is complete: nothing to fetch" in capsys.readouterr().err
    assert server.asked == []
    assert sorted((path, path.stat().st_mtime_ns) for path in stripes.root.rglob("*")) == before


def test_a_broken_connection_is_taken_up_where_it_broke(server, stripes, tmp_path, capsys):
    server.breaks = [30_000, 20_000]
    assert download(tmp_path / "data", server.url).fingerprint() == stripes.fingerprint()
    assert server.asked == [(TRAIN, None), (TRAIN, "bytes=30000-"), (TRAIN, "bytes=50000-"), (TEST, None)]
    assert capsys.readouterr().err.count("; going on") == 2


def test_a_silent_connection_counts_as_broken(server, stripes, tmp_path, monkeypatch):
    monkeypatch.setattr(transfer, "_STALL", 1)
    server.breaks, server.stalls = [30_000], True
    assert download(tmp_path / "data", server.url).fingerprint() == stripes.fingerprint()
    assert server.asked[:2] == [(TRAIN, None), (TRAIN, "bytes=30000-")]


def test_the_same_command_goes_on_after_it_gave_up(server, stripes, tmp_path):
    server.breaks = [30_000] + 5 * [0]
    with pytest.raises(TransferError, match=rf"{TRAIN}: .* gave up at byte 30000\. What has come in is kept"):
        download(tmp_path / "data", server.url)
    assert inside(tmp_path / "data") == {f"{TRAIN}.part"}
    server.asked.clear()
    server.breaks.clear()
    assert download(tmp_path / "data", server.url).fingerprint() == stripes.fingerprint()
    assert server.asked == [(TRAIN, "bytes=30000-"), (TEST, None)]


@pytest.mark.parametrize("fault", ["no Range", "another range"])
def test_a_server_that_cannot_go_on_midway_starts_again(server, stripes, tmp_path, fault):
    server.breaks = [30_000]
    server.ranges, server.shift = fault != "no Range", 7
    assert download(tmp_path / "data", server.url).fingerprint() == stripes.fingerprint()
    assert server.asked == [(TRAIN, None), (TRAIN, "bytes=30000-"), (TRAIN, None), (TEST, None)]


def test_a_server_that_never_gets_farther_is_given_up(server, tmp_path):
    server.ranges, server.breaks = False, 20 * [30_000]
    with pytest.raises(TransferError, match="gave up at byte 30000"):
        download(tmp_path / "data", server.url)
    assert len(server.asked) < 10


def test_wrong_bytes_are_noticed_and_fetched_anew(server, files, stripes, tmp_path):
    root = tmp_path / "data"
    server.files[TRAIN] = files[TRAIN][:-1] + b"x"
    with pytest.raises(DownloadError, match=rf"{TRAIN} has MD5 .*, the official archive .*: it is removed"):
        download(root, server.url)
    assert inside(root) == set()
    server.files[TRAIN] = files[TRAIN]
    assert download(root, server.url).fingerprint() == stripes.fingerprint()


@pytest.mark.parametrize("have", ["all", "more"])
def test_a_transfer_that_ended_just_before_the_check(server, files, stripes, tmp_path, have):
    root = tmp_path / "data"
    root.mkdir()
    (root / f"{TRAIN}.part").write_bytes(files[TRAIN] + (b"" if have == "all" else b"more"))
    if have == "more":
        with pytest.raises(DownloadError, match="it is removed"):
            download(root, server.url)
    assert download(root, server.url).fingerprint() == stripes.fingerprint()


def test_what_is_not_there_is_named(server, tmp_path):
    del server.files[TEST]
    with pytest.raises(TransferError, match=rf"{server.url}/{TEST}: .*404"):
        download(tmp_path / "data", f"{server.url}/")
    assert server.asked == []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(TransferError, match=rf"{nobody}/{TRAIN}: .*connect"):
        download(tmp_path / "data", nobody)


def test_a_size_that_is_not_told_is_refused(server, tmp_path):
    server.announced = -1
    with pytest.raises(TransferError, match="the server does not say how large"):
        download(tmp_path / "data", server.url)


def test_an_archive_that_is_there_is_not_fetched_again(server, files, stripes, tmp_path):
    root = tmp_path / "data"
    root.mkdir()
    (root / TRAIN).write_bytes(files[TRAIN])
    assert download(root, server.url, keep=True).fingerprint() == stripes.fingerprint()
    assert server.asked == [(TEST, None)]
    assert inside(root) == {"train", "test", TRAIN, TEST}


def test_only_what_is_missing_is_brought(server, stripes, tmp_path):
    root = tmp_path / "data"
    download(root, server.url)
    (root / "test").rename(tmp_path / "away")
    server.asked.clear()
    assert download(root, server.url).fingerprint() == stripes.fingerprint()
    assert server.asked == [(TEST, None)]


def test_two_at_once_fetch_once(server, stripes, tmp_path):
    with ThreadPoolExecutor(2) as pool:
        for data in pool.map(lambda _: download(tmp_path / "data", server.url), range(2)):
            assert data.fingerprint() == stripes.fingerprint()
    assert server.asked == [(TRAIN, None), (TEST, None)]


# What stands in the way


def test_too_little_room_is_said_before_anything_is_fetched(server, tmp_path):
    server.announced = 10**15
    with pytest.raises(DownloadError, match=rf"too little room for {TRAIN} and {TEST}: up to 3\.00PB needed in "):
        download(tmp_path / "data", server.url)
    with pytest.raises(DownloadError, match=r"up to 4\.00PB needed"):
        download(tmp_path / "data", server.url, keep=True)
    assert server.asked == []
    assert inside(tmp_path / "data") == set()


def test_a_disk_that_fills_up_while_fetching_keeps_what_came_in(server, stripes, tmp_path, capfd):
    part = tmp_path / "data" / f"{TRAIN}.part"
    with files_up_to(30_000), pytest.raises(TransferError, match=rf"{part} cannot be written: .*what has come in is"):
        download(tmp_path / "data", server.url)
    assert "Traceback" not in capfd.readouterr().err
    assert part.stat().st_size == 30_000
    server.asked.clear()
    assert download(tmp_path / "data", server.url).fingerprint() == stripes.fingerprint()
    assert server.asked == [(TRAIN, "bytes=30000-"), (TEST, None)]


def test_a_disk_that_fills_up_while_unpacking_leaves_the_archive_alone(folder, files, stripes, tmp_path):
    root = tmp_path / "data"
    with files_up_to(3000), pytest.raises(ArchiveError, match=f"{TRAIN} cannot be unpacked into {root}"):
        download(root, str(folder))
    assert inside(root) == set()
    assert (folder / TRAIN).read_bytes() == files[TRAIN]
    assert download(root, str(folder)).fingerprint() == stripes.fingerprint()


@pytest.mark.parametrize("there", ["something else", "a damaged list"])
def test_what_is_in_the_way_is_not_touched(server, stripes, tmp_path, there):
    root = tmp_path / "data"
    (root / "train").mkdir(parents=True)
    if there == "a damaged list":
        (root / "train/train.odgt").write_text("[")
    with pytest.raises(DownloadError, match=rf"{root / 'train'} is there but is not StreetHazards' .*train\.odgt"):
        download(root, server.url)
    assert server.asked == []


# Broken off

KILLED = """
import os, shutil, signal, sys
from hazards.data import archives
copied = []
def copy(source, goal, *rest, copy=shutil.copyfileobj):
    copied.append(copy(source, goal, *rest))
    if len(copied) == 20:
        os.kill(os.getpid(), signal.SIGKILL)
archives.shutil.copyfileobj = copy
archives.unpack(*map(__import__("pathlib").Path, sys.argv[1:]))
"""


def start(*arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(CODE)}
    return subprocess.Popen(
        [sys.executable, *arguments],
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored where tests run in the background
    )


def test_a_killed_unpacking_leaves_nothing_that_looks_complete(folder, stripes, tmp_path):
    root = tmp_path / "data"
    staging = module._staging(module.ARCHIVES[0], root)
    child = start("-c", KILLED, str(folder / TRAIN), str(staging / "all"))
    child.communicate(timeout=60)
    assert child.returncode == -signal.SIGKILL
    assert len([path for path in staging.rglob("*") if path.is_file()]) == 20
    assert not (root / "train").exists()
    assert download(root, str(folder)).fingerprint() == stripes.fingerprint()
    assert inside(root) == {"train", "test"}


def test_ctrl_c_keeps_what_came_in_and_says_how_to_go_on(server, stripes, tmp_path):
    root = tmp_path / "data"
    part = root / f"{TRAIN}.part"
    server.breaks, server.stalls = [30_000], True
    child = start("-m", "hazards.cli", "download", str(root), "--from", server.url)
    until = time.monotonic() + 60
    while not (part.exists() and part.stat().st_size) and time.monotonic() < until:
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=10)
    assert child.returncode == 130
    assert err.splitlines()[-1] == "hazards: interrupted; what has come in is kept, and the same command goes on"
    assert "Traceback" not in err
    assert inside(root) == {part.name}
    size = part.stat().st_size
    assert 0 < size <= 30_000
    server.asked.clear()
    assert download(root, server.url).fingerprint() == stripes.fingerprint()
    assert server.asked == [(TRAIN, f"bytes={size}-"), (TEST, None)]


# From a folder


def test_archives_on_disk_are_used_where_they_lie(folder, stripes, tmp_path):
    assert download(tmp_path / "data", str(folder)).fingerprint() == stripes.fingerprint()
    assert inside(tmp_path / "data") == {"train", "test"}
    assert inside(folder) == {TRAIN, TEST}


def test_a_missing_archive_is_named(folder, tmp_path):
    (folder / TEST).unlink()
    with pytest.raises(DownloadError, match=f"{folder / TEST} is missing"):
        download(tmp_path / "data", str(folder))


def test_a_damaged_archive_is_named_and_stays(folder, tmp_path):
    (folder / TRAIN).write_bytes(b"not this")
    with pytest.raises(DownloadError, match=f"{folder / TRAIN} has MD5 .*it is damaged, or another file: remove it"):
        download(tmp_path / "data", str(folder))
    assert inside(folder) == {TRAIN, TEST}


@pytest.mark.parametrize("name", [".", "./train", "streethazards_train/train", "data/another name"])
def test_the_layout_is_found_wherever_the_archive_has_it(folder, stripes, tmp_path, monkeypatch, name):
    archive = packed(stripes.root, "train", name)
    (folder / TRAIN).write_bytes(archive)
    expect({TRAIN: archive, TEST: (folder / TEST).read_bytes()}, monkeypatch)
    assert download(tmp_path / "data", str(folder)).fingerprint() == stripes.fingerprint()


@pytest.mark.parametrize("lacks", ["train.odgt", "validation.odgt"])
def test_an_archive_with_another_layout_is_refused(folder, stripes, tmp_path, monkeypatch, lacks):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.add(stripes.root / "train", "train", filter=lambda entry: None if entry.name.endswith(lacks) else entry)
    (folder / TRAIN).write_bytes(buffer.getvalue())
    expect({TRAIN: buffer.getvalue(), TEST: b""}, monkeypatch)
    with pytest.raises(ArchiveError, match=rf"{TRAIN}.* {lacks}|{TRAIN}.*{lacks} is missing"):
        download(tmp_path / "data", str(folder))
    assert inside(tmp_path / "data") == set()


# Unpacking without trust


def archive_of(path: Path, *entries: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w") as tar:
        for entry in entries:
            tar.addfile(entry, io.BytesIO(bytes(entry.size)))
    return path


def entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", size: int = 0) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.type, found.linkname, found.size = kind, target, size
    return found


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (entry("../evil"), "leads out of the folder"),
        (entry("a/../../evil"), "leads out of the folder"),
        (entry("/evil"), "leads out of the folder"),
        (entry("..", tarfile.DIRTYPE), "leads out of the folder"),
        (entry("link", tarfile.SYMTYPE, "/etc"), "is a link or a device"),
        (entry("link", tarfile.LNKTYPE, "good"), "is a link or a device"),
        (entry("pipe", tarfile.FIFOTYPE), "is a link or a device"),
        (entry("device", tarfile.CHRTYPE), "is a link or a device"),
        (entry("device", tarfile.BLKTYPE), "is a link or a device"),
    ],
)
def test_entries_that_could_do_harm_are_refused(tmp_path, bad, reason):
    archive = archive_of(tmp_path / "bad.tar", entry("good", size=3), bad)
    with pytest.raises(ArchiveError, match=rf"bad\.tar: {bad.name!r} {reason}"):
        unpack(archive, tmp_path / "in/goal")
    assert inside(tmp_path / "in") == {"goal"}
    assert inside(tmp_path / "in/goal") == {"good"}
    assert inside(tmp_path) == {"bad.tar", "in"}


parts = st.sampled_from(["..", ".", "", "a", "b", "~", "c" * 300, "\\", "\0", "é", "\udcff", "C:"])


@given(names=st.lists(st.lists(parts, min_size=1, max_size=4).map("/".join), max_size=5), kind=st.sampled_from(b"05"))
def test_whatever_the_names_nothing_lands_outside(tmp_path_factory, names, kind):
    place = tmp_path_factory.mktemp("names")
    archive = archive_of(place / "x.tar", *(entry(name, bytes([kind])) for name in names))
    with contextlib.suppress(ArchiveError):
        unpack(archive, place / "in/goal")
    assert inside(place) <= {"x.tar", "in"}
    assert not (place / "in").exists() or inside(place / "in") == {"goal"}


@given(data=st.data())
def test_a_damaged_archive_is_one_clear_error_or_lands_inside(tmp_path_factory, data):
    place = tmp_path_factory.mktemp("bytes")
    whole = archive_of(place / "x.tar", entry("a", size=700), entry("b/c"), entry("é" * 120)).read_bytes()
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for _ in range(data.draw(st.integers(0, 3))):
        if damaged:
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    (place / "x.tar").write_bytes(damaged)
    with contextlib.suppress(ArchiveError):
        unpack(place / "x.tar", place / "in/goal")
    assert inside(place) <= {"x.tar", "in"}
    assert not (place / "in").exists() or inside(place / "in") == {"goal"}
