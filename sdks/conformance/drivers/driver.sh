#!/bin/sh
# driver.sh: the conformance table's steps for the shell client, one line of JSON each. A temporary folder contains the
# cache, a clock that can be advanced, and a list of the arguments that programs were started with.

# shellcheck disable=SC2016,SC2154 # the dollars in single quotes are jq's, and what it prints is assigned by eval
set -u
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
client=$here/../../shell/bindery-client
trap 'rm -rf "$folder"' EXIT

# Every program that the client starts runs through a wrapper that records its arguments, as others could read them.
mkdir "$folder/bin" "$folder/cache"
date +%s >"$folder/now"
: >"$folder/arguments"
for program in curl jq awk grep cat sleep mv od tr; do
  real=$(command -v "$program")
  printf '#!/bin/sh\nprintf "%%s " "$@" >>"%s"\nexec "%s" "$@"\n' "$folder/arguments" "$real" >"$folder/bin/$program"
done
# The clock moves with `advance` only, so that a slow machine changes nothing.
printf '#!/bin/sh\ncat "%s"\n' "$folder/now" >"$folder/bin/date"
chmod +x "$folder"/bin/*

run() { # BODY OUTPUT ERRORS ARGUMENT...
  body=$1 output=$2 errors=$3
  shift 3
  printf %s "$body" | PATH="$folder/bin:$PATH" XDG_CACHE_HOME="$folder/cache" TMPDIR="$folder" sh "$client" "$@" >"$output" 2>"$errors"
}

# The output is a response below 400, or one that contains its own status; otherwise see standard error.
described='def described:
  (.errors | capture("bindery-client: (?<code>[a-z_]+): (?<message>.*)") // null) as $failure |
  if $failure then $failure + {
    status: (($failure.message | capture("status (?<n>[0-9]+)") | .n | tonumber) // null),
    requestId: (($failure.message | capture("request (?<id>[A-Za-z0-9-]+-[0-9]+)") | .id) // null),
    retryAfterSeconds: (($failure.message | capture("retry after (?<n>[0-9]+)") | .n | tonumber) // null)
  } | with_entries(select(.value != null))
  else { status: ((.output | fromjson? | .status) // 200), body: .output, errors: .errors } end;'

result() { # OUTPUT ERRORS
  jq -nc --rawfile output "$1" --rawfile errors "$2" "$described { \$output, \$errors } | described"
}

fetch() {
  case $is_once:$method in
    true:POST) run "$body" "$folder/output" "$folder/errors" fetch "$method" "$url" --data-binary @- ;;
    true:*) run '' "$folder/output" "$folder/errors" fetch "$method" "$url" ;;
    *) run '' "$folder/output" "$folder/errors" fetch "$method" "$url" --data-binary "$body" ;;
  esac
  result "$folder/output" "$folder/errors"
}

together() {
  set --
  for number in $(seq "$count"); do
    run '' "$folder/output.$number" "$folder/errors.$number" fetch GET "$url" &
    set -- "$@" --rawfile "output_$number" "$folder/output.$number" --rawfile "errors_$number" "$folder/errors.$number"
  done
  wait
  jq -nc --argjson count "$count" "$@" "$described"'
    [range(1; $count + 1) | { output: $ARGS.named["output_\(.)"], errors: $ARGS.named["errors_\(.)"] } | described] |
    { statuses: "\(map(.status // .code) | unique | map(tostring) | join(",")) x \(length)" }'
}

start() {
  export BINDERY_ISSUER BINDERY_CLIENT_ID BINDERY_CLIENT_SECRET BINDERY_NEXT_CLIENT_SECRET BINDERY_ORGANIZATION_ID \
    BINDERY_TENANT_HEADER BINDERY_TOKEN_URL BINDERY_SCOPE BINDERY_TIMEOUT_SECONDS
  # Settings are validated at the start of each call, before anything is sent; a refused URL ends the call there.
  run '' "$folder/output" "$folder/errors" fetch GET refused
  if grep -q url_refused "$folder/errors"; then echo '{}'; else result "$folder/output" "$folder/errors"; fi
}

# One jq per step: starting it takes longer than the rest of the step.
assignments='@sh "step=\(.do) method=\(.method // "GET") url=\(.url // "") body=\(.body // "")
  is_once=\(.stream // (has("body") | not)) count=\(.count // 0) seconds=\(.seconds // 0)",
  (.options // empty | @sh "BINDERY_ISSUER=\(.issuer // "") BINDERY_CLIENT_ID=\(.clientId // "")
  BINDERY_CLIENT_SECRET=\(.clientSecret // "") BINDERY_NEXT_CLIENT_SECRET=\(.nextClientSecret // "")
  BINDERY_ORGANIZATION_ID=\(.organizationId // "") BINDERY_TENANT_HEADER=\(.tenantHeader // "")
  BINDERY_TOKEN_URL=\(.tokenUrl // "") BINDERY_SCOPE=\(.scope // "") BINDERY_TIMEOUT_SECONDS=\(.timeoutSeconds // "")")'

while IFS= read -r line; do
  eval "$(printf '%s\n' "$line" | jq -r "$assignments")"
  case $step in
    start) start ;;
    fetch) fetch ;;
    together) together ;;
    token)
      run '' "$folder/output" "$folder/errors" token
      if [ -s "$folder/output" ]; then jq -Rc '{ token: . }' "$folder/output"; else result "$folder/output" "$folder/errors"; fi
      ;;
    advance)
      echo $(($(cat "$folder/now") + seconds)) >"$folder/now"
      echo '{}'
      ;;
    dump) jq -nc --rawfile errors "$folder/errors" --arg modes "$(ls -lnR "$folder/cache")" '{ dump: [$errors, $modes] }' ;;
  esac
done
# What others could see, for the test.
cat "$folder/arguments" >&2
