"""Forms on paper: facts of ``care.sheets`` drawn as PDF, A4, in the language spoken now.

``paper`` is the page, ``grid`` tables and fields on it; one file a sheet; ``sheets`` which there are. The library and
its fonts are loaded when something is printed, never before.
"""
