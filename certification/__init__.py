"""Criteria, evidence, judgement, titles, targets. Reads Statements through `lrs.api` alone."""
