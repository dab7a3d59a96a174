"""HL7 v2: messages about appointments."""
