"""Celery with beat, Redis and a status column."""
