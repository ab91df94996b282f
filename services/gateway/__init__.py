"""Gateway: the only door from outside; the portal's pages and the council's HTTP API.

Owns:      -
Listens:   -
Publishes: -
"""
