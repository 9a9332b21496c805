"""What the product means: plain functions `verb(session, …)` over rows. No Reflex, no network; never commits."""
