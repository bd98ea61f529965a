# SPDX-License-Identifier: EUPL-1.2
"""Funding calls: published opportunities of others, such as a regional *bando* or a topic of a European programme. What
a region runs itself (challenges, prizes, procurements) is no funding call and does not stand here.
"""
