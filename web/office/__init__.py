"""The pages of people of the city."""
