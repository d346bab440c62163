"""Gets the next access token and refresh token of a sign-in with a JSON body, and prints the response."""

import json
import os
import sys

import requests

payload = json.dumps({
    "grant_type": "refresh_token",
    "client_id": os.environ["BINDERY_CLIENT_ID"],
    "client_secret": os.environ["BINDERY_CLIENT_SECRET"],
    "refresh_token": os.environ["BINDERY_REFRESH_TOKEN"],
})
headers = {"content-type": "application/json"}

response = requests.request(
    "POST", os.environ["BINDERY_URL"] + "/access_token", data=payload, headers=headers, timeout=30
)
if not response.ok:
    sys.exit(f"no token: {response.status_code} {response.text}")
print(response.text)
