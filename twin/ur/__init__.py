"""A Universal Robots controller in software: RTDE, dashboard, scripts, over a simulated arm."""
