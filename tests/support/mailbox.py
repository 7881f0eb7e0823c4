"""A real mail server on this machine that speaks STARTTLS with a certificate of its own authority."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

NAME = "localhost"
USER = "evenhand"
PASSWORD = "mail-passphrase"


class Mailbox:
    """What the mail server has received, and how it behaves.

    `refusals` is how many of the next messages are turned away for now (451); `is_deaf` makes it never answer.
    """

    def __init__(self, folder: Path) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.refusals = 0
        self.refused = 0
        self.ca_file, context = _certificates(folder)
        self._controller = _Controller(self, hostname="127.0.0.1", port=0, tls_context=context)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        assert self._controller.server is not None
        return int(self._controller.server.sockets[0].getsockname()[1])

    @property
    def environ(self) -> dict[str, str]:
        """The settings that make Evenhand send its mail here."""
        return {
            "EVENHAND_MAIL_URL": f"smtp+starttls://{USER}:{PASSWORD}@{NAME}:{self.port}",
            "EVENHAND_MAIL_FROM": "evenhand@example.org",
            "EVENHAND_MAIL_CA": str(self.ca_file),
            "EVENHAND_MAIL_TIMEOUT": "5",
        }

    def to(self, address: str) -> list[EmailMessage]:
        """The messages one address received, oldest first."""
        return [m for m, to in zip(self.messages, self.recipients, strict=True) if address in to]

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take or refuse one message."""
        assert session.ssl is not None, "mail came without TLS"
        if self.refusals:
            self.refusals -= 1
            self.refused += 1
            return "451 Try again later"
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 Taken"


class _Controller(Controller):
    """The same server, found through whatever port the system gave it."""

    def __init__(self, handler: Mailbox, **options: Any) -> None:
        super().__init__(
            handler,
            require_starttls=True,
            auth_required=True,
            authenticator=_authenticate,
            **options,
        )

    def _trigger_server(self) -> None:
        # The port is known only now: the first connection, which starts the session factory, must go there.
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _authenticate(server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    is_right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right)


def _certificates(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """An authority of our own and a certificate from it for `localhost`."""
    now = datetime.now(UTC)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])

    def builder(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(ca_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=2))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        )

    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    ca = (
        builder(ca_name, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    names = x509.SubjectAlternativeName([x509.DNSName(NAME), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    leaf = (
        builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)]), key.public_key())
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    ca_file, leaf_file = folder / "authority.pem", folder / "server.pem"
    ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    leaf_file.write_bytes(
        leaf.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf_file)
    return ca_file, context
