"""Middle floor: what is done with the record. Rules and workflows; no screens, no transport."""
