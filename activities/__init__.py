"""What touches the world: one file per effect; ``contracts`` holds the names and inputs workflows use."""
