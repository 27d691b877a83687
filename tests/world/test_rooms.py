"""The rooms of the world import one way."""

import ast
from pathlib import Path

import hazards.world

ORDER = ("geometry", "towns", "hazards", "scene", "rendering", "build")
WORLD = Path(hazards.world.__file__).parent


def test_a_room_imports_from_those_before_it_only():
    for file in sorted(WORLD.rglob("*.py")):
        room = file.relative_to(WORLD).parts[0].removesuffix(".py")
        if room == "__init__":
            continue
        above = ORDER[: ORDER.index(room) + 1]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("hazards.world."):
                imported = node.module.split(".")[2]
                assert imported in above, f"{file.relative_to(WORLD)} imports {node.module}"


def test_rooms_are_small():
    for folder in [WORLD, *(path for path in WORLD.iterdir() if path.is_dir())]:
        assert len(list(folder.glob("*.py"))) <= 20, folder
    for file in WORLD.rglob("*.py"):
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 300, file
