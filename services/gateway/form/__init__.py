"""A form: its pages, saving what is typed, documents, checking, submitting, the PDF."""
