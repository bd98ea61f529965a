# SPDX-License-Identifier: EUPL-1.2
"""The subcommands of `filanda`, a module each. A module defines `register(app: typer.Typer)`; see site.cli."""
