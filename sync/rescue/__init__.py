"""A damaged record made anew from everything that still holds a part of it."""
