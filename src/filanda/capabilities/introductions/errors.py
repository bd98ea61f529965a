# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong with an introduction, each with a sentence for the reader."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["IntroductionWrong"]


class IntroductionWrong(ValueError):
    """Fields that cannot be so. `errors`: a sentence by field; "" for the whole."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__(" ".join(self.errors.values()))
