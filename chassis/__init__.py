"""What every service is bolted onto; knows no service and no message by name."""
