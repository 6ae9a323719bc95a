"""What people learn at the twin: lessons, how they are judged, and the certificate. Pure but
for its book.
"""
