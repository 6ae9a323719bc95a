"""Which pictures are worth a label, what people said of them, and sets of that. No web, no ROS."""
