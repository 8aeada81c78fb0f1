"""Settings, embedded servers, logging: what the service stands on.

Nothing here knows what a complaint is, and nothing here imports another package of the project.
"""
