"""The life that every peer leads, in the words that the verifier uses."""

OPENED = "opened"
STEPS = ("accepted", "progress_noted", "completed", "validated", "rated", "closed")
"""What is done to a complaint after it was opened, in this order."""

FINISHED = (OPENED, *STEPS)
"""The events of a complaint that was seen through to the end."""

ESCALATED = "escalated"
