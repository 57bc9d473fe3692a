"""Simulated customs systems: real programs behind real HTTP with real keys."""
