# SPDX-License-Identifier: EUPL-1.2
"""Checks that are no linter's: migrations, deployment settings, templates, translations, licence headers, diagrams."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP))

from filanda.kernel.database.testing import start_test_cluster  # noqa: E402

os.environ["DATABASE_URL"] = start_test_cluster()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filanda.site.settings")
os.environ["FILANDA_DATABASE_POOL"] = "0"
os.environ["FILANDA_DATA"] = str(TOP / "var" / "check")
os.environ["FILANDA_SECRET_KEY"] = "only-for-checks-" * 5
os.environ["FILANDA_DEMO"] = "0"
os.environ["FILANDA_HTTPS"] = "1"


def migrations() -> list[str]:
    """Models without their migration."""
    from django.core.management import call_command

    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    except SystemExit:
        return ["models changed without a migration: run python manage.py makemigrations"]
    return []


def deployment() -> list[str]:
    """What `check --deploy` says of the production settings."""
    from django.core.checks import run_checks

    return [str(message) for message in run_checks(include_deployment_checks=True)]


def templates() -> list[str]:
    """Templates that do not compile."""
    import jinja2
    from django.template import engines

    environment: jinja2.Environment = engines["jinja2"].env  # type: ignore[attr-defined]
    found = []
    for path in sorted((TOP / "src").glob("filanda/**/jinja2/**/*.html")):
        name = str(path).split("/jinja2/", 1)[1]
        try:
            environment.get_template(name)
        except jinja2.TemplateError as error:
            found.append(f"{path.relative_to(TOP)}: {error}")
    return found


def translations() -> list[str]:
    """Sentences that a reader of Italian or English would not get in their language."""
    from tools.messages import missing

    return missing() + [
        f"{path.relative_to(TOP)}:{line}: a sentence within an f-string is not collected: name it before"
        for path in sorted((TOP / "src").rglob("*.py"))
        for line in _hidden_in_f_strings(ast.parse(path.read_text(encoding="utf-8")))
    ]


def _hidden_in_f_strings(tree: ast.Module) -> list[int]:
    return [
        call.lineno
        for text in ast.walk(tree)
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("_", "N_", "ngettext")
    ]


def headers() -> list[str]:
    """Source files without their licence line."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, capture_output=True, text=True, check=False).stdout
    endings = (".py", ".js", ".mjs", ".scss", ".html")
    return [
        f"{name}: the first lines lack SPDX-License-Identifier: EUPL-1.2"
        for name in listed.split("\0")
        if name.endswith(endings)
        and "/migrations/" not in name
        and not name.startswith("bench/reference/templates/")
        and (TOP / name).is_file()
        and (TOP / name).stat().st_size
        and "SPDX-License-Identifier: EUPL-1.2" not in (TOP / name).read_text(encoding="utf-8")[:400]
    ]


def workflows() -> list[str]:
    """Diagrams of the tables of states that are not as the tables."""
    from tools.workflows import stale

    return stale()


def main() -> int:
    import django

    django.setup()
    failed = False
    for check in (migrations, deployment, templates, translations, headers, workflows):
        found = check()
        failed = failed or bool(found)
        sys.stdout.write(f"{check.__name__}: {'ok' if not found else ''}\n")
        for line in found[:40]:
            sys.stdout.write(f"  {line}\n")
        if len(found) > 40:
            sys.stdout.write(f"  … and {len(found) - 40} more\n")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
