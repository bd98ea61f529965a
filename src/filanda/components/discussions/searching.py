# SPDX-License-Identifier: EUPL-1.2
"""Search inside a space."""


def search_threads(room, q, page):
    raise NotImplementedError
