"""The papers of a visit: reading visits, judging them, and putting their papers together."""
