# SPDX-License-Identifier: EUPL-1.2
"""Set-up and checks, for developers and continuous integration."""
