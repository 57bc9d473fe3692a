"""The log as arithmetic and text."""
