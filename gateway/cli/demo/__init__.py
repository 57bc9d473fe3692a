"""The main job on one machine: real processes, real HTTP, real keys, simulated customs systems."""
