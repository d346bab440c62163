#!/usr/bin/env bash
# Gets an access token and a refresh token for a user with a JSON body, and prints the response.
set -euo pipefail

# jq builds the body, because a password may contain any character. It is passed on standard input: every user of the
# machine can read arguments.
jq --null-input '{
  grant_type: "password",
  client_id: env.BINDERY_CLIENT_ID,
  client_secret: env.BINDERY_CLIENT_SECRET,
  username: env.BINDERY_USERNAME,
  password: env.BINDERY_PASSWORD
}' | curl --request POST \
  --url "$BINDERY_URL/access_token" \
  --header 'content-type: application/json' \
  --silent --show-error --fail-with-body --max-time 30 \
  --data @-
