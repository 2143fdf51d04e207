"""What a history that went wrong raises."""


class Broken(AssertionError):
    """A promise was not kept; the message says which."""
