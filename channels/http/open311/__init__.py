"""The civic-tech standard Open311 GeoReport v2, with mySociety's extension for updates."""
