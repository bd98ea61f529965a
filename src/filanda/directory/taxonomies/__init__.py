# SPDX-License-Identifier: EUPL-1.2
"""Vocabularies as SKOS: schemes and concepts with labels in many languages, broader/narrower, mappings.

A scheme without a region is general (CPV, NUTS, NACE); one with a region is that region's own (S3 priorities).
"""
