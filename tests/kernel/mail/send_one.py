# SPDX-License-Identifier: EUPL-1.2
"""A process that does what the worker does with one message: `python -m tests.kernel.mail.send_one ID MOMENT`."""

import sys
from datetime import datetime

import django


def main() -> None:
    django.setup()
    from filanda.kernel.mail.sending import send_message
    from filanda.kernel.regions.scoped import across_regions

    with across_regions():
        state = send_message(int(sys.argv[1]), now=datetime.fromisoformat(sys.argv[2]))
    sys.stdout.write(f"{state}\n")


if __name__ == "__main__":
    main()
