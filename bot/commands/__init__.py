"""The commands of `chidao`, a module for each group; each registers itself on the application."""
