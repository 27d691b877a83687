"""The table of mutation.toml follows the code, so that `make mutation` tests what is there."""

from __future__ import annotations

import mutation


def test_modules_and_tests_of_the_table_are_there():
    for module, tests in mutation.tests_by_module().items():
        for path in (module, *tests.split()):
            assert (mutation.ROOT / path).is_file(), path


def test_annotations_overloads_and_imports_for_type_checkers_have_no_effect():
    source = "if TYPE_CHECKING:\n    x = 1\n@overload\ndef f(a: int | str) -> int | None: ...\nb: int | str = 1 + 2\n"
    parts = mutation.without_effect(source)
    assert parts == [(1, 0, 2, 9), (4, 23, 4, 33), (3, 1, 3, 9), (5, 3, 5, 12), (4, 9, 4, 18)]
