"""What every room stands on: text files read, files written whole, how a program ends."""
