"""One administration's folder, compiled."""
