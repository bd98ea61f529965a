# SPDX-License-Identifier: EUPL-1.2
"""Becoming somebody in a region, `/it/join/`: e-mail and code (kernel.signin), who you are, your organisation.

What was typed is kept, in a draft of the account's, for whoever leaves and comes back. Doors: `urls`.
"""
