"""Under the messages: asking over HTTP, going on after a cut, budgets, how much fits into one message."""
