"""The downtime pack (应急包) as one file: a page that any browser opens with the passphrase on paper."""
