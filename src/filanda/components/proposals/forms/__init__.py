# SPDX-License-Identifier: EUPL-1.2
"""What people typed, made into what actions take."""
