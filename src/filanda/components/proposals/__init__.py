# SPDX-License-Identifier: EUPL-1.2
"""What people look for, offer or want to build together, and the answers to it."""
