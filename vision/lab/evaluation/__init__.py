"""How good an inspection is: pure functions over what was found and what is true."""
