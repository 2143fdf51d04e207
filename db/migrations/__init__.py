"""Forward steps of the laptop's schema, one file a released version."""
