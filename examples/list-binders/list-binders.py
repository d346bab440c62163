"""Gets an access token and lists the organization's binders."""

import json
import os
import sys

import requests


def read_json(response):
    if not response.ok:
        sys.exit(f"{response.url} responded with {response.status_code}: {response.text}")
    return response.json()


# Cache the token for expires_in seconds; do not get one for every call.
token = read_json(requests.post(
    os.environ["BINDERY_URL"] + "/connect/token",
    data={
        "grant_type": "client_credentials",
        "client_id": os.environ["BINDERY_CLIENT_ID"],
        "client_secret": os.environ["BINDERY_CLIENT_SECRET"],
        "scope": "public",
    },
    timeout=30,
))

binders = read_json(requests.get(
    os.environ["BINDERY_API_URL"] + "/api/binders",
    headers={
        "Authorization": f"Bearer {token['access_token']}",
        "x-tenant-id": os.environ["BINDERY_ORGANIZATION_ID"],
    },
    timeout=30,
))
print(json.dumps(binders, indent=2))
