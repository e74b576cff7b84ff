"""The demo programme: two years of Lantern Coffee & Books, made through the same services as real ones."""
