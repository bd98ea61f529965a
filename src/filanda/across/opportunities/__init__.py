# SPDX-License-Identifier: EUPL-1.2
"""The pages of funding calls: directory, feed, one call with who could answer it, the form of who looks after them."""
