"""The notation of PDF files: objects, content streams, metadata and the seal; read and written."""
