#!/usr/bin/env bash
# Keeps an access token until shortly before it ends, and renews it once when a call is refused with 401.
set -euo pipefail

token=
ends=0

renew_token() {
  local answer
  # The secret comes in on standard input: arguments can be read by every user of the machine.
  answer=$(printf '%s' "$BINDERY_CLIENT_SECRET" |
    curl -sS --fail-with-body --max-time 30 "$BINDERY_URL/connect/token" \
      -d grant_type=client_credentials \
      -d "client_id=$BINDERY_CLIENT_ID" \
      --data-urlencode client_secret@-) || { echo "no token: $answer" >&2; exit 1; }
  token=$(jq -er .access_token <<<"$answer")
  ends=$((SECONDS + $(jq -er .expires_in <<<"$answer") - 30))
}

# Leaves the answer in $body and its status in $status.
call() {
  if [ -z "$token" ] || [ "$SECONDS" -ge "$ends" ]; then renew_token; fi
  body=$(curl -sS --max-time 30 "$BINDERY_API_URL$1" -w '\n%{http_code}' \
    -H "Authorization: Bearer $token" \
    -H "x-tenant-id: $BINDERY_ORGANIZATION_ID")
  status=${body##*$'\n'}
  body=${body%$'\n'*}
}

get() {
  call "$1"
  if [ "$status" = 401 ]; then
    # The token ended early: one new token, one more attempt.
    token=
    call "$1"
  fi
  if [ "$status" != 200 ]; then echo "$1 answered $status: $body" >&2; exit 1; fi
}

# One token serves both calls.
get /api/binders
get /api/binders
jq . <<<"$body"
