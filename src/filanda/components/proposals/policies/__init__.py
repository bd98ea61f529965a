# SPDX-License-Identifier: EUPL-1.2
"""Who may do what with proposals and answers to them."""
