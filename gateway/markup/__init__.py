"""The only code that knows XML."""
