"""Fullroute: one declaration, every customs office on the route in step."""

__version__ = "0.1.0"
