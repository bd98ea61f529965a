# SPDX-License-Identifier: EUPL-1.2
"""What the interface parts add to the Jinja2 environment: globals and filters."""

from __future__ import annotations

import jinja2

from filanda.kernel.ui.addresses import address, has_address
from filanda.kernel.ui.assets import asset, helix, icon, theme_css
from filanda.kernel.ui.cloth import emblem, initials, monogram, thread
from filanda.kernel.ui.colours import colour_url
from filanda.kernel.ui.moments import number, when
from filanda.kernel.ui.parts import once


def install(env: jinja2.Environment) -> None:
    """Add the globals and filters that the macros and page templates use."""
    from filanda.kernel.text.markdown import to_html

    env.filters.update(markdown=to_html, number=number)
    env.globals.update(
        asset=asset,
        icon_of=icon,
        helix_of=helix,
        theme_css=theme_css,
        colour_url=colour_url,
        thread=thread,
        emblem=emblem,
        monogram=monogram,
        initials=initials,
        once=once,
        when=when,
        url=address,
        has_route=has_address,
    )
