"""Our structure tree, which replaces the engine's: roles, marks, form fields."""
