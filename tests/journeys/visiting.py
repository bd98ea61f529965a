# SPDX-License-Identifier: EUPL-1.2
"""Somebody with a browser: a page whose every complaint is noted, and what the keyboard can do with it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page

WIDE, NARROW = 1280, 390
# What axe reads: every language and every width, Italian, whose words are longer, on the phone. All four, which takes
# some minutes more, where FILANDA_ALL_SIDES is 1.
_ALL = os.environ.get("FILANDA_ALL_SIDES") == "1"
WIDTHS_OF = {"it": (WIDE, NARROW), "en": (WIDE, NARROW)} if _ALL else {"it": (NARROW,), "en": (WIDE,)}
SIDES = [(language, width) for language, widths in WIDTHS_OF.items() for width in widths]
_HEIGHTS = {WIDE: 900, NARROW: 844}
_REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")

# Whether something shows that the focus is here: an outline or a shadow, of this element or of one that holds it.
_FOCUS_SHOWS = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return 'nothing has the focus';
  if (!here.matches(':focus-visible')) return 'not :focus-visible: ' + here.outerHTML.slice(0, 160);
  const box = here.getBoundingClientRect();
  if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth)
    return 'outside the window: ' + here.outerHTML.slice(0, 160);
  for (let one = here, up = 0; one && up < 3; one = one.parentElement, up++) {
    const style = getComputedStyle(one);
    if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) return '';
    if (one.matches(':focus-within') && style.boxShadow !== 'none') return '';
  }
  return 'no outline: ' + here.outerHTML.slice(0, 160);
}"""


@dataclass
class Visits:
    """Browser contexts of one test. `address`: gives each the address it comes from."""

    browser: Browser
    url: str
    address: Callable[[], str]
    _contexts: list[BrowserContext] = field(default_factory=list)
    _complaints: list[str] = field(default_factory=list)

    def begin(self, width: int = WIDE, *, scripts: bool = True, expected: tuple[int, ...] = ()) -> Page:
        """A page of a new visitor. `expected`: status codes that a test asks for, which the browser complains of."""
        context = self.browser.new_context(
            base_url=self.url,
            viewport={"width": width, "height": _HEIGHTS[width]},
            java_script_enabled=scripts,
            locale="it-IT",
            timezone_id="Europe/Rome",
            reduced_motion="reduce",
            has_touch=width == NARROW,
            extra_http_headers={"X-Forwarded-For": self.address()},
        )
        context.set_default_timeout(20_000)
        self._contexts.append(context)
        page = context.new_page()

        def heard(message: ConsoleMessage) -> None:
            refused = _REFUSED.search(message.text)
            if refused and int(refused[1]) in expected:
                return
            if message.type in ("error", "warning"):
                self._complaints.append(f"{page.url}: {message.type}: {message.text}")

        page.on("console", heard)
        page.on("pageerror", lambda error: self._complaints.append(f"{page.url}: {error}"))
        page.on("requestfailed", lambda request: self._failed(request.url, request.failure))
        return page

    def _failed(self, url: str, why: str | None) -> None:
        if why != "net::ERR_ABORTED":  # a search that the next letter made superfluous, or a download
            self._complaints.append(f"{url}: {why}")

    def leave(self) -> list[str]:
        """Close everything; returns what consoles and the network complained of, CSP violations among it."""
        for context in self._contexts:
            context.close()
        return self._complaints


def tab_to(page: Page, target: Locator, most: int = 200) -> None:
    """Press Tab until `target` has the focus; on every stop the focus must show."""
    for _stop in range(most):
        page.keyboard.press("Tab")
        problem = page.evaluate(_FOCUS_SHOWS)
        if target.evaluate("(wanted) => wanted === document.activeElement"):
            assert problem == "", problem
            return
        assert problem in ("", "nothing has the focus"), problem
    raise AssertionError(f"{most} times Tab did not lead to {target}")


def no_sideways(page: Page) -> None:
    """The page is not wider than the window."""
    page.locator("body").wait_for()  # between two pages there is a moment with neither
    page.wait_for_load_state("load")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px wider than the window"


def until(is_so: Callable[[], object], seconds: float = 10) -> None:
    """Look again and again: the policy of our pages forbids Playwright's own way of waiting."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
