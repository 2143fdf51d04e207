"""The downtime pack (应急包): what a house needs on paper on the day when the laptop dies, and the passphrase to it."""
