"""All that one person has on this server: a connection, sessions, work of the server itself, news."""
