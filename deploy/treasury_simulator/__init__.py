"""The simulated Landeshauptkasse: files in, files out, its own book; given nothing but a directory."""
