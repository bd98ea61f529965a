# SPDX-License-Identifier: EUPL-1.2
"""Writes docs/workflows.md: every table of states as a diagram, and who makes which move. `make workflows`.

`stale()` says whether the file is another one than the tables make; `make check` asks it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
FILE = TOP / "docs" / "workflows.md"
HEAD = """# Workflows

Made from the tables in the code by `make workflows`; `make check` fails when it is stale. A move that needs no
permission is made by the platform alone: by the clock, or because of another move.
"""


def written() -> str:
    """The whole file, rooms in their order, in English."""
    from django.apps import apps
    from django.utils.translation import override

    from filanda.kernel.policies import permissions
    from filanda.kernel.workflow import Workflow, diagram

    parts = [HEAD]
    known = {permission.name: permission for permission in permissions()}
    with override(None):  # as the source says: what a catalogue makes of it must not make the file stale
        for model in apps.get_models():
            for workflow in (value for value in vars(model).values() if isinstance(value, Workflow)):
                parts.append(f"## {str(model._meta.verbose_name).capitalize()} (`{model._meta.app_label}`)\n")
                parts.append(f"```mermaid\n{diagram(workflow)}```\n")
                parts.append("| state | what people read |\n|---|---|")
                parts.append("\n".join(f"| `{state}` | {workflow.label(state)} |" for state in workflow.states.values))
                parts.append("\n| move | permission |\n|---|---|")
                moves = []
                for move in workflow.transitions:
                    named = known.get(move.permission)
                    who = f"`{move.permission}`: {named.label}" if named else move.permission or "–"
                    moves.append(f"| `{move.name}` | {who} |")
                parts.append("\n".join(moves) + "\n")
    return "\n".join(parts)


def stale() -> list[str]:
    """A sentence if docs/workflows.md says something else than the tables."""
    if FILE.is_file() and FILE.read_text(encoding="utf-8") == written():
        return []
    return ["docs/workflows.md is not what the tables say: run make workflows"]


if __name__ == "__main__":
    sys.path.insert(0, str(TOP))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filanda.site.settings")
    os.environ.setdefault("FILANDA_DATA", tempfile.mkdtemp(prefix="filanda-workflows-"))
    os.environ.setdefault("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")  # no table is read
    import django

    django.setup()
    FILE.write_text(written(), encoding="utf-8")
    sys.stdout.write(f"{FILE.relative_to(TOP)} written\n")
