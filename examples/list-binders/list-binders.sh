#!/usr/bin/env bash
# Gets an access token and lists the organization's binders.
set -euo pipefail

# The secret comes in on standard input: arguments can be read by every user of the machine.
answer=$(printf '%s' "$BINDERY_CLIENT_SECRET" |
  curl -sS --fail-with-body --max-time 30 "$BINDERY_URL/connect/token" \
    -d grant_type=client_credentials \
    -d "client_id=$BINDERY_CLIENT_ID" \
    --data-urlencode client_secret@- \
    -d scope=public) || { echo "no token: $answer" >&2; exit 1; }
# Keep the token for its expires_in seconds; do not ask for one before each call.
token=$(jq -er .access_token <<<"$answer")

curl -sS --fail-with-body --max-time 30 "$BINDERY_API_URL/api/binders" \
  -H "Authorization: Bearer $token" \
  -H "x-tenant-id: $BINDERY_ORGANIZATION_ID" | jq .
