"""Makes the deployment's certificate authority (CA) and, by it, a certificate for each server; keeps what still serves.

    python -m deploy.certificates.prepare FOLDER SERVER...

FOLDER/ca/ca.pem is what clients trust, FOLDER/ca-key/key.pem is for this job alone, FOLDER/SERVER/server.pem holds one
server's key and certificate. It may run again at any time: what has less than a year left is made anew.
"""
# ruff: noqa: INP001 - a job of its own, imported by nobody but its tests

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_LIFE = timedelta(days=3650)
SERVER_LIFE = timedelta(days=730)
RENEWED_BEFORE_END = timedelta(days=365)
CLOCK_SKEW = timedelta(hours=1)
EVERYBODY, GROUP, OWNER = 0o644, 0o640, 0o600


@dataclass(frozen=True)
class Identity:
    """A certificate with its key."""

    key: EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def key_pem(self) -> bytes:
        """The key as a file holds it."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def certificate_pem(self) -> bytes:
        """The certificate likewise."""
        return self.certificate.public_bytes(Encoding.PEM)


def usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """What a key may do: a CA's signs certificates, a server's signs handshakes."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def builder(name: str, key: EllipticCurvePrivateKey, at: datetime, life: timedelta) -> x509.CertificateBuilder:
    """What both kinds of certificate have in common."""
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - CLOCK_SKEW)
        .not_valid_after(at + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def make_ca(at: datetime) -> Identity:
    """One that signs servers' certificates and nothing else."""
    key = generate_private_key(SECP256R1())
    unsigned = (
        builder("portal", key, at, CA_LIFE)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "portal")]))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(signs_certificates=True), critical=True)
    )
    return Identity(key, unsigned.sign(key, SHA256()))


def make_server(name: str, ca: Identity, at: datetime) -> Identity:
    """A server by its name in the network, and by `localhost` for tools in its own container."""
    key = generate_private_key(SECP256R1())
    # A member of a replica set shows its certificate as a client too.
    purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    issuer = ca.key.public_key()
    unsigned = (
        builder(name, key, at, SERVER_LIFE)
        .issuer_name(ca.certificate.subject)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name), x509.DNSName("localhost")]), critical=False)
    )
    return Identity(key, unsigned.sign(ca.key, SHA256()))


def read(key_file: Path, certificate_file: Path) -> Identity | None:
    """What an earlier run wrote; None where it is not there or not whole."""
    try:
        key = load_pem_private_key(key_file.read_bytes(), None)
        certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    if not isinstance(key, EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        return None
    return Identity(key, certificate)


def serves(found: Identity, ca: Identity, until: datetime) -> bool:
    """Whether it is of this CA, and valid for long enough."""
    try:
        found.certificate.verify_directly_issued_by(ca.certificate)
    except (ValueError, InvalidSignature):
        return False
    return found.certificate.not_valid_after_utc >= until


def write(path: Path, content: bytes, mode: int) -> None:
    """Whole or not at all, and never readable by more than the mode says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        os.fchmod(file.fileno(), mode)  # whatever this process's mask takes away
        file.write(content)
    fresh.replace(path)


def prepare(folder: Path, servers: Sequence[str], at: datetime) -> dict[str, datetime]:
    """Have everything; when each server's certificate ends."""
    ca_file, key_file = folder / "ca/ca.pem", folder / "ca-key/key.pem"
    ca = read(key_file, ca_file)
    # One that would end before what it signs now is replaced, and then all that it signed.
    if ca is None or not serves(ca, ca, at + SERVER_LIFE):
        ca = make_ca(at)
        write(key_file, ca.key_pem, OWNER)
        write(ca_file, ca.certificate_pem, EVERYBODY)
    ends = {}
    for name in servers:
        file = folder / name / "server.pem"
        server = read(file, file)
        if server is None or not serves(server, ca, at + RENEWED_BEFORE_END):
            server = make_server(name, ca, at)
            write(file, server.key_pem + server.certificate_pem, GROUP)
        ends[name] = server.certificate.not_valid_after_utc
    return ends


if __name__ == "__main__":
    for name, end in prepare(Path(sys.argv[1]), sys.argv[2:], datetime.now(UTC)).items():
        sys.stdout.write(f"{name}: valid until {end:%Y-%m-%d}\n")
