"""A file is there whole, or as it was before."""

from __future__ import annotations

import errno
import os
import signal

import pytest

from hazards.whole_files import whole_file


def test_a_file_takes_its_place_at_the_end(tmp_path):
    path = tmp_path / "new" / "file"
    with whole_file(path) as draft:
        draft.write_text("whole")
        assert not path.exists()
    assert path.read_text() == "whole"
    assert list(path.parent.iterdir()) == [path]


def test_what_fails_leaves_the_earlier_file_and_no_part_of_the_new_one(tmp_path):
    path = tmp_path / "file"
    path.write_text("earlier")

    def fill() -> None:
        with whole_file(path) as draft:
            draft.write_text("half")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left") as caught:
        fill()
    assert caught.value.filename == str(path)
    assert path.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_gone_after_the_next(tmp_path):
    path = tmp_path / "file"
    pid = os.fork()
    if pid == 0:
        with whole_file(path) as draft:
            draft.write_text("half")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    assert not path.exists()
    with whole_file(path) as draft:
        draft.write_text("whole")
    assert path.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [path]
