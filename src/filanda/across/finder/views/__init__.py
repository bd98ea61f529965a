# SPDX-License-Identifier: EUPL-1.2
"""Views translate: a request into one question or one action, its answer into a page."""
