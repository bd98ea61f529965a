# SPDX-License-Identifier: EUPL-1.2
"""What one is told, follows and has marked: the list, the choices, the links that end e-mails."""
