# SPDX-License-Identifier: EUPL-1.2
"""What import-linter's contracts (pyproject.toml) cannot say. The layers of rooms are checked there."""

import re
from functools import cache
from pathlib import Path

import grimp
import pytest

import filanda

ROOMS = ("kernel", "directory", "capabilities", "spaces", "components", "across")
SCREENS = {"views", "urls", "files", "forms"}


@cache
def graph():
    return grimp.build_graph("filanda", exclude_type_checking_imports=True)


def app_of(module):
    """`filanda.kernel.jobs` for `filanda.kernel.jobs.queue`; the room itself for what lies directly in it."""
    return ".".join(module.split(".")[:3])


def imports():
    for module in sorted(graph().modules):
        for imported in sorted(graph().find_modules_directly_imported_by(module)):
            yield module, imported


def test_nobody_imports_another_room_s_screens():
    wrong = [
        f"{module} -> {imported}"
        for module, imported in imports()
        if app_of(module) != app_of(imported)
        and SCREENS & set(imported.split(".")[3:])
        and not module.startswith("filanda.site")
    ]
    assert wrong == []


def test_only_site_imports_site():
    wrong = [
        f"{module} -> {imported}"
        for module, imported in imports()
        if imported.startswith("filanda.site") and not module.startswith("filanda.site")
    ]
    assert wrong == []


@pytest.mark.parametrize("room", ROOMS)
def test_siblings_of_a_room_have_no_cycle(room):
    below = {}
    for module, imported in imports():
        if module.endswith(".manifest"):
            continue  # read by name when Django is ready; nobody imports them
        ours, theirs = app_of(module), app_of(imported)
        if ours != theirs and all(name.startswith(f"filanda.{room}.") for name in (ours, theirs)):
            below.setdefault(ours, set()).add(theirs)
    while below:
        free = [name for name, needs in below.items() if not any(need in below for need in needs)]
        assert free, f"a cycle among {sorted(below)}: {below}"
        for name in free:
            del below[name]


def test_components_do_not_know_each_other():
    wrong = [
        f"{module} -> {imported}"
        for module, imported in imports()
        if module.startswith("filanda.components.")
        and imported.startswith("filanda.components.")
        and app_of(module) != app_of(imported)
    ]
    assert wrong == []


def test_only_the_kernel_s_jobs_know_procrastinate():
    """A `task.defer` elsewhere would leave out the request's id, and a worker of another make its guarantees."""
    root = Path(filanda.__file__).parent
    wrong = [
        path.relative_to(root).as_posix()
        for path in sorted(root.rglob("*.py"))
        if re.search(r"^\s*(from|import) procrastinate", path.read_text(), re.MULTILINE)
        and root / "kernel" / "jobs" not in path.parents
    ]
    assert wrong == []
