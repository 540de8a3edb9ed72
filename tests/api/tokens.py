"""Making and reading JSON Web Tokens, good and bad ones."""

import base64
import hashlib
import hmac
import json

SECRET = "kX7-vQ2mZ9tLw4RbN8sYc3HdJ6gFp1Ua5eTo0iBqVnM"


def encode(data):
    if not isinstance(data, bytes):
        data = json.dumps(data, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def hs256(header, claims, secret):
    text = f"{encode(header)}.{encode(claims)}"
    return f"{text}.{encode(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"
