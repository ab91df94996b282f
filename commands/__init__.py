"""The portal's commands, one module each; the parts of a running portal live in `commands.parts`. No business rules."""
