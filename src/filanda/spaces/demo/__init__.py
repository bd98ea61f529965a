# SPDX-License-Identifier: EUPL-1.2
"""What the demonstration says and does in its communities."""
