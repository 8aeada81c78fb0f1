"""HTTP: the REST API of channels and reporters, Open311 GeoReport v2, and the probes of operators."""
