"""What all pages and the programming interface share: the server, and who may come in."""
