# SPDX-License-Identifier: EUPL-1.2
"""Who is told of what happens, in which words."""
