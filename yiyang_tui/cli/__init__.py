"""The command line: one file a command, all words through the catalogue."""
