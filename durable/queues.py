"""The task queues."""

COMPLAINTS = "complaints"
"""Complaint workflows and the activities they call."""
