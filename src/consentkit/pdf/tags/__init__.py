"""Our structure tree in place of the engine's: roles, marks, form fields."""
