# SPDX-License-Identifier: EUPL-1.2
"""What changes proposals and answers to them."""
