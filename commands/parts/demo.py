"""The demo: invented people and work of a council, put in through the portal's own doors. Run as a process."""

print("[]")
