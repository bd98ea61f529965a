# SPDX-License-Identifier: EUPL-1.2
"""Regions are the tenants. Every scoped row carries a region; a query without an active region raises.

Doors: `models.Region`, `models.RegionHost`, `scoped.scoped` (the manager of every scoped model),
`scoped.in_region` (enter a region), `middleware.RegionMiddleware` (host name -> region).
"""
