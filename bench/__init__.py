# SPDX-License-Identifier: EUPL-1.2
"""What speed and relevance are measured with: `make bench`. Never part of the tests."""
