#!/usr/bin/env bash
# Gets an access token and a refresh token for a person, with a JSON body, and prints the answer.
set -euo pipefail

# The body is made by jq, since a password may hold anything, and comes in on standard input: arguments can be read by
# every user of the machine.
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
