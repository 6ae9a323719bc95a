"""Labels: which pictures are worth one, what people said of them, and sets of them. No web, no ROS."""
