"""How knowledge comes in: documents and websites as plain text with headings. No database, no Reflex."""
