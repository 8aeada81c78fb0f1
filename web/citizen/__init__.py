"""What citizens see and press."""
