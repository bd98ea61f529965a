# SPDX-License-Identifier: EUPL-1.2
"""Failures of commands that a person can mend: one clear sentence each."""


class Failure(Exception):
    """Printed as `filanda: <sentence>`, exit code 1."""
