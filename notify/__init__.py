"""How word goes out: the words, one adapter per medium, and which medium for whom."""
