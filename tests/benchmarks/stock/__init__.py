"""The stock side: aggregates, applications and recorders of `eventsourcing` and subscribers of FastStream as they come.

It has the same conversation as the services, carries the same content, and is set as well as these parts can be set:
aggregate cache without copying, one worker thread (more are slower), one consumer per lane that gets only what it
handles. It checks the same things in fewer words, seals nothing, proves nothing and has no views. Make it faster, please.
"""
