"""The composition of faces: what one program serves at one address."""
