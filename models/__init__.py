"""Model packages: trained networks with the card that says what they are."""
