"""Die Prüfung in Worten: what a timeline says of an event, and the labels of what people choose from."""
