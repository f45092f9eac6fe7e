"""The data flow one way, and so do the imports."""

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports


def test_imports_keep_the_direction_of_the_data() -> None:
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS
