# SPDX-License-Identifier: EUPL-1.2
"""Reports, decisions with their reasons, appeals: Regulation (EU) 2022/2065 (DSA), articles 16, 17, 20, 23 and 24.

A report is about any thing whose manifest declares an `Enforcement`. It keeps what the thing said when it was reported.
Who looks after the space decides; the region's staff where there is no space, or where those are concerned themselves;
nobody decides about themselves, about what they reported, or about an appeal against their own decision.

Doors: `models`, `actions` (report, take, decide, show_again, appeal, appeal_by_link, decide_appeal), `queries` (the
queue, a case, the figures), `suspensions.may_write` for rooms in which people write.
"""
