"""FHIR R4: Bundles in, resources out."""
