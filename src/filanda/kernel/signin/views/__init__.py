# SPDX-License-Identifier: EUPL-1.2
"""The pages of signing in (`signing`, `with_provider`), of proving it again (`confirming`), of one's own security
(`account`, `factors`) and of the way back for who lost a factor (`recovering`).
"""
