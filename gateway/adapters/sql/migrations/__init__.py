"""Alembic revisions; :mod:`gateway.adapters.sql.migration` runs them from inside the program."""
