"""Jobs that are trained on another machine, over the system's OpenSSH client."""
