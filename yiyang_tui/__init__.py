"""Top floor: what people see and type."""
