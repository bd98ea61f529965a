# SPDX-License-Identifier: EUPL-1.2
"""`python -m bench NAME [ARGUMENTS]`: run the measurement `bench.NAME`, whose `main(arguments)` prints its figures."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
NAMES = sorted(path.stem for path in HERE.glob("[a-z]*.py"))


def main() -> None:
    name, arguments = (sys.argv[1], sys.argv[2:]) if len(sys.argv) > 1 else ("", [])
    if name not in NAMES:
        raise SystemExit(f"usage: python -m bench NAME [ARGUMENTS], NAME one of: {', '.join(NAMES)}")
    import_module(f"bench.{name}").main(arguments)


if __name__ == "__main__":
    main()
