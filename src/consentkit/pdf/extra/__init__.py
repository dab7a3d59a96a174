"""What `consentkit.pdf.foreign` is made of: judging somebody else’s PDF file, and writing it anew without what acts."""
