"""The commands of ``starter.py``, one file per subject. Heavy imports stand inside the commands."""
