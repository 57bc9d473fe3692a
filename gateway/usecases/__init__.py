"""Gather, decide, act: one module a story."""
