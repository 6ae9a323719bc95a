"""Certificate and private key, looked at before anything is served with them."""

from __future__ import annotations

import _ssl
import ssl
import time
from pathlib import Path

from cell.config.people import TlsConfig
from models.ground.errors import UserError


class TlsError(UserError):
    """The pages cannot be served with this certificate and key."""


def require_fit(tls: TlsConfig, now_s: float) -> None:
    """Raises TlsError for files that are missing, damaged, of different pairs or out of date.

    now_s: time of the system clock [s].
    """
    for what, file in (("certificate", tls.certificate), ("private_key", tls.private_key)):
        try:
            file.read_bytes()
        except OSError as error:
            raise TlsError(
                f"people.tls.{what}: {file} cannot be read ({error.strerror}): give a PEM file"
            ) from None
    begins_s, ends_s = _valid(tls.certificate)
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.certificate, tls.private_key, password=_no_passphrase)
    except (ssl.SSLError, ValueError) as error:
        raise TlsError(
            f"people.tls.private_key: {tls.private_key} does not fit {tls.certificate} "
            f"({_reason(error)}): give the certificate's own key, as PEM without a passphrase"
        ) from None
    if now_s > ends_s:
        raise TlsError(
            f"people.tls.certificate: {tls.certificate} has expired on {_day(ends_s)}: renew it"
        )
    if now_s < begins_s:
        raise TlsError(
            f"people.tls.certificate: {tls.certificate} is valid from {_day(begins_s)} on only: set "
            f"this computer's clock, or give another one"
        )


def _valid(certificate: Path) -> tuple[float, float]:
    """From when to when the certificate is valid [s of the system clock]."""
    try:
        # Python's own reader of certificates; its public functions read only those of a connection.
        told = _ssl._test_decode_cert(str(certificate))  # type: ignore[attr-defined]
    except (ssl.SSLError, OSError):
        raise TlsError(
            f"people.tls.certificate: {certificate} is no certificate: give a PEM file that begins "
            f"with -----BEGIN CERTIFICATE-----"
        ) from None
    begins, ends = (ssl.cert_time_to_seconds(told[key]) for key in ("notBefore", "notAfter"))
    return begins, ends


def _no_passphrase() -> str:
    """OpenSSL would ask at the terminal otherwise."""
    return ""


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error).lower().replace("_", " ")


def _day(at_s: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(at_s))
