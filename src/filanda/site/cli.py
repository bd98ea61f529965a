# SPDX-License-Identifier: EUPL-1.2
"""The command `filanda`. Each module of `site.commands` registers its own subcommands."""

from __future__ import annotations

import os
import pkgutil
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from filanda.site.failures import Failure

if TYPE_CHECKING:
    import typer


def build() -> typer.Typer:
    """Assemble the command line from the modules of `site.commands`."""
    import typer  # here, so that a Ctrl-C while it loads ends as every other does

    from filanda import __version__
    from filanda.site import commands

    app = typer.Typer(
        name="filanda",
        help="Run and look after a Filanda installation. Each command says more with --help.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )

    def version(value: bool) -> None:
        if value:
            typer.echo(f"filanda {__version__}")
            raise typer.Exit

    @app.callback()
    def main_options(
        version: bool = typer.Option(False, "--version", callback=version, is_eager=True, help="Print the version."),
    ) -> None:
        """Run and look after a Filanda installation."""

    names = (module.name for module in pkgutil.iter_modules(commands.__path__))
    for name in sorted(names, key=lambda name: (name != "run", name)):  # what most people look for comes first
        import_module(f"{commands.__name__}.{name}").register(app)
    return app


def main() -> None:
    """Entry point. Expected failures are one sentence on standard error and exit code 1, never a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filanda.site.settings")
    try:
        build()()
    except Failure as failure:
        sys.stderr.write(f"filanda: {failure}\n")
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        sys.stderr.write("filanda: stopped.\n")
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
