"""From a picture to defects: locate, rectify, identify, align, normalise, detect."""
