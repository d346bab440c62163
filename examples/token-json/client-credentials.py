"""Gets an access token with a JSON body, and prints the response."""

import json
import os
import sys

import requests

payload = json.dumps({
    "grant_type": "client_credentials",
    "client_id": os.environ["BINDERY_CLIENT_ID"],
    "client_secret": os.environ["BINDERY_CLIENT_SECRET"],
})
headers = {"content-type": "application/json"}

response = requests.request(
    "POST", os.environ["BINDERY_URL"] + "/access_token", data=payload, headers=headers, timeout=30
)
if not response.ok:
    sys.exit(f"no token: {response.status_code} {response.text}")
print(response.text)
