"""The health check of a container: whether its service would be given traffic.

python -m deploy.images.ready
"""
# ruff: noqa: INP001 - a check of its own, imported by nobody

import os
import ssl
import urllib.request

CA_FILE = "/run/ca/ca.pem"

if __name__ == "__main__":
    is_tls = "UVICORN_SSL_CERTFILE" in os.environ
    context = ssl.create_default_context(cafile=CA_FILE) if is_tls else None
    scheme = "https" if is_tls else "http"
    # The engine ends what takes too long.
    urllib.request.urlopen(f"{scheme}://localhost:8000/readyz", context=context)  # noqa: S310 - see above
