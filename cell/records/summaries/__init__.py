"""What the records come to: a line for each part, and sums over quarters of an hour, days and 32
days. The projection keeps them in the transaction of the rows that they stand for.
"""
