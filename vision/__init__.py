"""Pictures and what is in them: cameras, shared frames, engines, inspection. Knows no robot and no
cell.
"""
