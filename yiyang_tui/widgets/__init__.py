"""The parts screens are built from. None of them knows the store."""
