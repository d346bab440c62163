#!/usr/bin/env bash
# Caches an access token until shortly before it expires, and gets a new one after a 401.
set -euo pipefail

token=
expires_at=0

renew_token() {
  local response
  # The secret is passed on standard input: every user of the machine can read arguments.
  response=$(printf '%s' "$BINDERY_CLIENT_SECRET" |
    curl -sS --fail-with-body --max-time 30 "$BINDERY_URL/connect/token" \
      -d grant_type=client_credentials \
      -d "client_id=$BINDERY_CLIENT_ID" \
      --data-urlencode client_secret@-) || { echo "no token: $response" >&2; exit 1; }
  token=$(jq -er .access_token <<<"$response")
  expires_at=$((SECONDS + $(jq -er .expires_in <<<"$response") - 30))
}

# Leaves the response's body in $body and its status in $status.
call() {
  if [ -z "$token" ] || [ "$SECONDS" -ge "$expires_at" ]; then renew_token; fi
  body=$(curl -sS --max-time 30 "$BINDERY_API_URL$1" -w '\n%{http_code}' \
    -H "Authorization: Bearer $token" \
    -H "x-tenant-id: $BINDERY_ORGANIZATION_ID")
  status=${body##*$'\n'}
  body=${body%$'\n'*}
}

get() {
  call "$1"
  if [ "$status" = 401 ]; then
    # The token was revoked early: get a new one and try once more.
    token=
    call "$1"
  fi
  if [ "$status" != 200 ]; then echo "$1 responded with $status: $body" >&2; exit 1; fi
}

# Both calls use the same token.
get /api/binders
get /api/binders
jq . <<<"$body"
