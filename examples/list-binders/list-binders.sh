#!/usr/bin/env bash
# Gets an access token and lists the organization's binders.
set -euo pipefail

# The secret is passed on standard input: every user of the machine can read arguments.
response=$(printf '%s' "$BINDERY_CLIENT_SECRET" |
  curl -sS --fail-with-body --max-time 30 "$BINDERY_URL/connect/token" \
    -d grant_type=client_credentials \
    -d "client_id=$BINDERY_CLIENT_ID" \
    --data-urlencode client_secret@- \
    -d scope=public) || { echo "no token: $response" >&2; exit 1; }
# Cache the token for expires_in seconds; do not get one for every call.
token=$(jq -er .access_token <<<"$response")

curl -sS --fail-with-body --max-time 30 "$BINDERY_API_URL/api/binders" \
  -H "Authorization: Bearer $token" \
  -H "x-tenant-id: $BINDERY_ORGANIZATION_ID" | jq .
