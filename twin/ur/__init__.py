"""A Universal Robots controller in software: RTDE, dashboard and script server over a simulated arm."""
