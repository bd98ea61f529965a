# SPDX-License-Identifier: EUPL-1.2
"""A worker process that knows the samples: `python -m tests.kernel.jobs.run_worker [until-empty]`."""

import os
import sys

import django


def main() -> None:
    django.setup()
    from procrastinate.contrib.django import app

    from filanda.kernel.jobs.worker import work
    from tests.kernel.jobs import samples

    assert samples
    app.perform_import_paths()
    app.periodic_registry.periodic_tasks.clear()  # what the rooms do by the clock is not this test's
    work(concurrency=2, until_empty="until-empty" in sys.argv)
    os.write(1, b"ended\n")


if __name__ == "__main__":
    main()
