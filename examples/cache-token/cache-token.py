"""Caches an access token until shortly before it expires, and gets a new one after a 401."""

import json
import os
import sys
import time

import requests


class Api:
    def __init__(self):
        self.token = None
        self.expires_at = 0

    def get(self, path):
        response = self._call(path)
        if response.status_code == 401:
            # The token was revoked early: get a new one and try once more.
            self.token = None
            response = self._call(path)
        return read_json(response)

    def _call(self, path):
        return requests.get(
            os.environ["BINDERY_API_URL"] + path,
            headers={
                "Authorization": f"Bearer {self._token()}",
                "x-tenant-id": os.environ["BINDERY_ORGANIZATION_ID"],
            },
            timeout=30,
        )

    def _token(self):
        if self.token is None or time.monotonic() >= self.expires_at:
            token_response = read_json(requests.post(
                os.environ["BINDERY_URL"] + "/connect/token",
                data={
                    "grant_type": "client_credentials",
                    "client_id": os.environ["BINDERY_CLIENT_ID"],
                    "client_secret": os.environ["BINDERY_CLIENT_SECRET"],
                },
                timeout=30,
            ))
            self.token = token_response["access_token"]
            self.expires_at = time.monotonic() + token_response["expires_in"] - 30
        return self.token


def read_json(response):
    if not response.ok:
        sys.exit(f"{response.url} responded with {response.status_code}: {response.text}")
    return response.json()


api = Api()
for _ in range(2):
    # Both calls use the same token.
    binders = api.get("/api/binders")
print(json.dumps(binders, indent=2))
