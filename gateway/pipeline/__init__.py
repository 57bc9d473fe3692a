"""One pure function a step; ``intake`` runs them in order."""
