"""What pages show, as frozen values made from the services' answers. No I/O, no HTTP; templates only print them."""
