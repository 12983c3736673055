"""What stands in a building and speaks to Layan: makes of voices and printers behind the rooms' protocols."""
