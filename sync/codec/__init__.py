"""The codec ``cols1+zstd``: journal entries by column, each column written in the cheapest of several ways, compressed.

``columns`` is the door. Writing: ``lay`` cuts entries into tables, ``cells`` and ``leaves`` write columns, ``guesses``
tells them what to try. Reading: ``lift``. Both agree on ``layout``, ``scope``, ``tokens`` and ``integers``.
"""
