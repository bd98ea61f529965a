# SPDX-License-Identifier: EUPL-1.2
"""Lighthouse on pages of an installation that runs, as on a phone: the median of several runs of each.

    python -m bench lighthouse http://altariva.localhost:8000 [--runs 3] [--desktop] [--out DIR] [--pages home need ...]

A need is asked first, so that its page can be judged. Say nothing by these figures unless the machine is quiet: its
load is printed beside them. Exit code 1 if performance is under 95 or accessibility or best practices under 100.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from tools.browser import find

from bench.tools_installed import install, node

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
CATEGORIES = {"performance": 95, "accessibility": 100, "best-practices": 100}
LISTS = {
    "home": "/it/",
    "directory": "/it/organisations/",
    "people": "/it/people/",
    "communities": "/it/communities/",
    "proposals": "/it/proposals/",
    "collaborations": "/it/collaborations/",
}
# A page that is found on another: that one's name, and what the address of the first link to such a page is.
WITHIN = {
    "person": ("people", r"/it/people/\d+/[^/]+/"),
    "community": ("communities", r"/it/communities/[^/]+/"),
    "discussion": ("community", r"/it/communities/[^/]+/discussions/\d+/[^/]*/?"),
    "proposal": ("proposals", r"/it/proposals/\d+/[^/]+/"),
    "collaboration": ("collaborations", r"/it/collaborations/\d+/"),
}
NEED = "Cerchiamo chi sappia misurare i batteri nel latte crudo direttamente in linea, senza fermare la produzione."


def addresses(origin: str) -> dict[str, str]:
    """The pages to judge, found as a visitor finds them."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS.split())
        page = browser.new_page()
        page.goto(f"{origin}/it/organisations/?sort=evidence")
        found = dict(LISTS)
        found["organisation"] = str(page.locator(".rows h3 a").nth(2).get_attribute("href"))
        page.goto(f"{origin}/it/")
        page.locator("#need-text").fill(NEED)
        page.locator(".need .btn-primary").click()
        page.locator(".match").first.wait_for()
        found["need"] = urlsplit(page.url).path
        for name, (around, address) in WITHIN.items():
            page.goto(origin + found.get(around, "/it/"))
            inside = page.locator("main h2 a, main h3 a, main li a").evaluate_all("all => all.map(one => one.pathname)")
            there = [path for path in inside if re.fullmatch(address, path)]
            if there:
                found[name] = there[0]
            else:
                print(f"{name}: none in {found.get(around)}")
        browser.close()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("origin")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--desktop", action="store_true")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--pages", nargs="*")
    options = parser.parse_args()
    program = install() / "lighthouse" / "cli" / "index.js"
    out = options.out or Path(tempfile.mkdtemp(prefix="filanda-lighthouse-"))
    out.mkdir(parents=True, exist_ok=True)
    origin = options.origin.rstrip("/")
    is_good = True
    for name, path in addresses(origin).items():
        if options.pages and name not in options.pages:
            continue
        found = []
        for run in range(options.runs):
            file = out / f"{name}-{run}.json"
            command = [
                str(node()), str(program), origin + path, "--quiet", "--output=json", f"--output-path={file}",
                f"--chrome-flags={FLAGS}", f"--only-categories={','.join(CATEGORIES)}",
                *(["--preset=desktop"] if options.desktop else []),
            ]  # fmt: skip
            env = os.environ | {"CHROME_PATH": find() or "", "CI": "1"}
            tries = 3  # on a busy machine the browser's record of a visit may lack its beginning
            while subprocess.run(command, env=env, stdout=subprocess.DEVNULL).returncode:
                tries -= 1
                if not tries:
                    raise SystemExit(f"bench lighthouse: {name} could not be measured; what Lighthouse says is above")
            found.append(json.loads(file.read_text(encoding="utf-8")))
        scores = {one: [round(report["categories"][one]["score"] * 100) for report in found] for one in CATEGORIES}
        middle = {one: statistics.median(values) for one, values in scores.items()}
        is_good = is_good and all(middle[one] >= least for one, least in CATEGORIES.items())
        told = ", ".join(f"{one} {middle[one]:.0f} {sorted(values)}" for one, values in scores.items())
        print(f"{name}: {told}; load {os.getloadavg()[0]:.1f}", flush=True)
        for metric in ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time",
                       "cumulative-layout-shift", "speed-index", "total-byte-weight"):  # fmt: skip
            values = [report["audits"][metric]["numericValue"] for report in found if metric in report["audits"]]
            if values:
                print(
                    f"    {metric} {statistics.median(values):,.3g}"
                    if values[0] < 10
                    else f"    {metric} {statistics.median(values):,.0f}"
                )
        wrong = {
            f"{audit['id']} ({audit['title']})"
            for report in found
            for name_of, category in report["categories"].items()
            for ref in category["auditRefs"]
            if name_of != "performance" and ref["weight"]
            if (audit := report["audits"][ref["id"]])["score"] not in (None, 1)
        }
        for one in sorted(wrong):
            print(f"    not kept: {one}")
    return 0 if is_good else 1


if __name__ == "__main__":
    raise SystemExit(main())
