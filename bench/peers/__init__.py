"""The same lifecycle and deadlines in what people would use instead, measured against ours."""
