"""The bodies of the internal HTTP API between the gateway and the services; imports pydantic only."""
