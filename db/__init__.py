"""Ground floor: what is kept. Tables, journal, store, keys, backup, migrations."""
