"""TLS to the store, as the URL asks for it."""

import ssl
from collections.abc import Mapping

from tasuki.model.errors import InvalidError

_CERTIFICATES = {
    "none": ssl.CERT_NONE,
    "optional": ssl.CERT_OPTIONAL,
    "required": ssl.CERT_REQUIRED,
}
_NO = frozenset({"", "0", "f", "false", "n", "no", "off"})


def tls_context(options: Mapping[str, str]) -> ssl.SSLContext:
    """The context for a URL with these options.

    `ssl_cert_reqs` (none, optional, required), `ssl_check_hostname`, `ssl_ca_certs`, and for a
    certificate of one's own `ssl_certfile` and `ssl_keyfile`.

    Raises:
        InvalidError: one of them cannot be used.
    """
    required = options.get("ssl_cert_reqs", "required")
    if required not in _CERTIFICATES:
        raise InvalidError(f"ssl_cert_reqs must be one of {', '.join(_CERTIFICATES)}", field="url")
    context = ssl.create_default_context()
    context.check_hostname = options.get("ssl_check_hostname", "").lower() not in _NO
    context.verify_mode = _CERTIFICATES[required]
    try:
        if "ssl_certfile" in options:
            context.load_cert_chain(options["ssl_certfile"], options.get("ssl_keyfile"))
        if "ssl_ca_certs" in options:
            context.load_verify_locations(options["ssl_ca_certs"])
        if "ssl_ciphers" in options:
            context.set_ciphers(options["ssl_ciphers"])
    except OSError as error:
        raise InvalidError(f"its TLS options cannot be used: {error}", field="url") from error
    return context
