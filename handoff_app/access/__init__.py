"""Who may call what: sessions, roles, and the guard before every handler. Denied unless a rule says otherwise."""
