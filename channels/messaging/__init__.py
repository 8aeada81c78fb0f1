"""Messengers in: signed posts become complaints and replies, each once."""
