"""What happens offline: labelled pictures, training, evaluation, teaching from good parts."""
