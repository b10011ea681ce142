"""Pages of the care team: one file or folder a screen, template of the same name."""
