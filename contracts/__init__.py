"""What services and councils say to one another; it holds no behaviour but when two addresses are the same."""
