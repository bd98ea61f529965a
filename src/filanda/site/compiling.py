# SPDX-License-Identifier: EUPL-1.2
"""How templates become Python: as Jinja makes it, but that the three things which a page of fifty rows does a thousand
times are done where they stand, not by calls through Jinja: looking up a key of a row, escaping what is shown, saying a
plain sentence; and that a block hands on what it has made in one piece, not each bit through every template above it.
What is shown is the same to the byte.
"""

from __future__ import annotations

from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.idtracking import VAR_LOAD_RESOLVE
from markupsafe import Markup, escape

try:  # what markupsafe itself escapes with, without the Markup around it: half of what showing a text costs
    from markupsafe._speedups import _escape_inner
except ImportError:  # pragma: no cover
    from markupsafe._native import _escape_inner

__all__ = ["OF_DICTS", "ShortCode", "shown"]

OF_DICTS = frozenset(dir(dict))
_SENTENCES = frozenset({"_", "gettext"})
_PASSED_ON = ("yield from context.blocks[", "yield from parent_template.root_render_func(")


def shown(value: Any) -> str:
    """`value` escaped, for a place where it is only put together with the rest of the page."""
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    if kind is Markup:
        return value
    return str(value) if kind is int else escape(value)


class ShortCode(CodeGenerator):
    """`environment` has `shown`, and `say(message)`: a sentence without placeholders in the active language."""

    def writeline(self, x: str, node: nodes.Node | None = None, extra: int = 0) -> None:
        if x.startswith(_PASSED_ON):  # a Jinja that writes it otherwise makes the same page, a little later
            x = f"yield concat({x.removeprefix('yield from ')})"
        super().writeline(x, node, extra)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        if node.attr in OF_DICTS:
            super().visit_Getattr(node, frame)
            return
        held = self.temporary_identifier()
        self.write(f"({held}[{node.attr!r}] if type({held} := ")
        self.visit(node.node, frame)
        self.write(f") is dict and {node.attr!r} in {held} else environment.getattr({held}, {node.attr!r}))")

    # Jinja's decorator takes what follows by name alone.
    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802
        if self._says(node, frame):
            self.write(f"environment.say({node.args[0].value!r})")  # type: ignore[attr-defined]
        else:
            super().visit_Call(node, frame, forward_caller=forward_caller)

    @staticmethod
    def _says(node: nodes.Call, frame: Frame) -> bool:
        """Whether it is `_("…")` with nothing to put in, and `_` no variable of the template's own."""
        name = node.node
        if not isinstance(name, nodes.Name) or name.name not in _SENTENCES:
            return False
        if node.kwargs or node.dyn_args or node.dyn_kwargs or len(node.args) != 1:
            return False
        only = node.args[0]
        if not isinstance(only, nodes.Const) or not isinstance(only.value, str):
            return False
        where = frame.symbols.find_ref(name.name)
        load = frame.symbols.find_load(where) if where is not None else None
        return load is not None and load[0] == VAR_LOAD_RESOLVE

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.shown(")
