"""The county server: enrols devices, keeps every batch of every pair, and merges them into tables for reports."""
