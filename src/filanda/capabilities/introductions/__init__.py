# SPDX-License-Identifier: EUPL-1.2
"""Two parties put in touch, when both consent."""
