"""Gateway: the only door from outside; the portal's pages and the council's HTTP door.

Owns:      -
Listens:   -
Publishes: -
"""
