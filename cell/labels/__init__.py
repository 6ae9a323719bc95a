"""Labels: pictures that are worth one, what people said of them, sets of them. No web, no ROS."""
