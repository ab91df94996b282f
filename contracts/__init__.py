"""What services and councils say to one another; imports pydantic only, and holds no behaviour."""
