"""Events: whatever else happened to somebody or in the house. Each kind is a file of ``data/events``."""
