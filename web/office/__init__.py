"""What people of the city see and press."""
