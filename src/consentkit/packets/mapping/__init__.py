"""What other programs write of a visit becomes the columns of a schedule, as clinic.yaml states it."""
