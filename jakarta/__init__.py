"""The jurisdiction as data: organisation, wards, categories, channels, policies and calendar."""
