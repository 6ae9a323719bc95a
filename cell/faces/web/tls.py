"""Certificate and private key, looked at before anything is served with them."""

from __future__ import annotations

import ssl
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from cell.config.people import TlsConfig
from models.ground.errors import UserError

_ANY_TIME: Final = ssl.VerifyFlags(0x200000)
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which the standard library has no name for."""


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
    browser = _trusting(tls.certificate)
    try:
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(tls.certificate, tls.private_key, password=_no_passphrase)
        begins_s, ends_s = _valid(server, browser)
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
            f"people.tls.certificate: {tls.certificate} is not valid before {_day(begins_s)}: set "
            f"this computer's clock, or give another one"
        )


def _trusting(certificate: Path) -> ssl.SSLContext:
    """Of a browser that trusts this very certificate, whatever the time. Raises TlsError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN | _ANY_TIME
    try:
        context.load_verify_locations(certificate)
    except (ssl.SSLError, OSError):
        raise TlsError(
            f"people.tls.certificate: {certificate} is no certificate: give a PEM file that begins "
            f"with -----BEGIN CERTIFICATE-----"
        ) from None
    return context


def _valid(server: ssl.SSLContext, browser: ssl.SSLContext) -> tuple[float, float]:
    """From when to when the server's certificate is valid [s of the system clock]. Python tells it
    of a connection only: here is one, in memory. Raises ssl.SSLError.
    """
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = browser.wrap_bio(down, up), server.wrap_bio(up, down, server_side=True)
    for end in (*ends, *ends):
        with suppress(ssl.SSLWantReadError):
            end.do_handshake()
    told = ends[0].getpeercert() or {}
    begins, expires = (str(told[key]) for key in ("notBefore", "notAfter"))
    return ssl.cert_time_to_seconds(begins), ssl.cert_time_to_seconds(expires)


def _no_passphrase() -> str:
    """OpenSSL would ask at the terminal otherwise."""
    return ""


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error).lower().replace("_", " ")


def _day(at_s: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(at_s))
