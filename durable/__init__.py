"""The wiring to Temporal: client gateway, converter, plugin, search attributes, queues and timeouts."""
