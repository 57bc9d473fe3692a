"""The vocabulary: frozen values; standard library and python-stdnum only."""
