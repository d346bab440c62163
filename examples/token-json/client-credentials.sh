#!/usr/bin/env bash
# Gets an access token with a JSON body, and prints the response.
set -euo pipefail

# The body is passed on standard input: every user of the machine can read arguments.
curl --request POST \
  --url "$BINDERY_URL/access_token" \
  --header 'content-type: application/json' \
  --silent --show-error --fail-with-body --max-time 30 \
  --data @- <<JSON
{"grant_type":"client_credentials","client_id":"$BINDERY_CLIENT_ID","client_secret":"$BINDERY_CLIENT_SECRET"}
JSON
