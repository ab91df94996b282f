"""Account: who somebody is in the portal, and what they change of that themselves."""
