"""Files that people hand in: recognised by their content, looked at in a process of their own, and kept."""
