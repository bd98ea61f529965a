# SPDX-License-Identifier: EUPL-1.2
"""Parts of what actions do in threads, in the caller's transaction: `posts`, `counting`, `positions`, `moderating`."""
