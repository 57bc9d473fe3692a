"""Drivers, each behind one port."""
