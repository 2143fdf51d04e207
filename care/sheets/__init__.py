"""What stands on each sheet of paper, read once for the house or for one person; how it looks is ``yiyang_tui.print``.

That a sheet was printed is an event (``printed``), written before the file is: a full disk leaves an event without a
file, never a file without an event.
"""
