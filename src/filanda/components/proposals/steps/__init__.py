# SPDX-License-Identifier: EUPL-1.2
"""What actions of this room share, and what follows from elsewhere. No transaction is opened here."""
