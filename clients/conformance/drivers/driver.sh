#!/bin/sh
# driver.sh: the conformance table's steps for the shell client, one line of JSON each. In a folder of its own,
# which is removed at the end, are the cache, a clock that can be put forward, and a list of what programs were started with.

set -u
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
client=$here/../../shell/bindery-client
trap 'rm -rf "$folder"' EXIT

# Every program that the client starts goes through here and is written down, as everybody on the machine sees it.
mkdir "$folder/bin" "$folder/cache"
date +%s >"$folder/now"
: >"$folder/arguments"
for program in curl jq awk grep cat sleep mv od tr; do
  real=$(command -v "$program")
  printf '#!/bin/sh\nprintf "%%s " "$@" >>"%s"\nexec "%s" "$@"\n' "$folder/arguments" "$real" >"$folder/bin/$program"
done
# The clock stands still but for `advance`, so that a slow machine changes nothing.
printf '#!/bin/sh\ncat "%s"\n' "$folder/now" >"$folder/bin/date"
chmod +x "$folder"/bin/*

run() { # BODY OUTPUT ERRORS ARGUMENT...
  body=$1 output=$2 errors=$3
  shift 3
  printf %s "$body" | PATH="$folder/bin:$PATH" XDG_CACHE_HOME="$folder/cache" TMPDIR="$folder" sh "$client" "$@" >"$output" 2>"$errors"
}

# What the client hands out is an answer below 400, or one that says its own status; otherwise see standard error.
result() { # OUTPUT ERRORS
  jq -nc --rawfile output "$1" --rawfile errors "$2" '
    ($errors | capture("bindery-client: (?<code>[a-z_]+): (?<message>.*)") // null) as $failure |
    if $failure then $failure + {
      status: (($failure.message | capture("status (?<n>[0-9]+)") | .n | tonumber) // null),
      requestId: (($failure.message | capture("request (?<id>[A-Za-z0-9-]+-[0-9]+)") | .id) // null),
      retryAfterSeconds: (($failure.message | capture("retry after (?<n>[0-9]+)") | .n | tonumber) // null)
    } | with_entries(select(.value != null))
    else { status: (($output | fromjson? | .status) // 200), body: $output, errors: $errors } end'
}

fetch() {
  method=$(jq -r '.method // "GET"' "$folder/step")
  url=$(jq -r .url "$folder/step")
  # The dot keeps line ends.
  body=$(jq -j '.body // "", "."' "$folder/step")
  body=${body%.}
  case $(jq -r '.stream // (has("body") | not)' "$folder/step"):$method in
    true:POST) run "$body" "$folder/output" "$folder/errors" fetch "$method" "$url" --data-binary @- ;;
    true:*) run '' "$folder/output" "$folder/errors" fetch "$method" "$url" ;;
    *) run '' "$folder/output" "$folder/errors" fetch "$method" "$url" --data-binary "$body" ;;
  esac
  result "$folder/output" "$folder/errors"
}

together() {
  url=$(jq -r .url "$folder/step")
  count=$(jq -r .count "$folder/step")
  for number in $(seq "$count"); do
    run '' "$folder/output.$number" "$folder/errors.$number" fetch GET "$url" &
  done
  wait
  for number in $(seq "$count"); do
    result "$folder/output.$number" "$folder/errors.$number"
  done | jq -sc '{ statuses: "\(map(.status // .code) | unique | map(tostring) | join(",")) x \(length)" }'
}

start() {
  # The dot keeps line ends.
  setting() { jq -j --arg name "$1" '.options[$name] // "" | tostring, "."' "$folder/step"; }
  export_setting() {
    value=$(setting "$2")
    export "$1=${value%.}"
  }
  export_setting BINDERY_ISSUER issuer
  export_setting BINDERY_CLIENT_ID clientId
  export_setting BINDERY_CLIENT_SECRET clientSecret
  export_setting BINDERY_NEXT_CLIENT_SECRET nextClientSecret
  export_setting BINDERY_ORGANIZATION_ID organizationId
  export_setting BINDERY_TENANT_HEADER tenantHeader
  export_setting BINDERY_TOKEN_URL tokenUrl
  export_setting BINDERY_SCOPE scope
  export_setting BINDERY_TIMEOUT_SECONDS timeoutSeconds
  # Wrong settings are found at the start of each call, before anything is sent; a URL that is refused ends it there.
  run '' "$folder/output" "$folder/errors" fetch GET refused
  if grep -q url_refused "$folder/errors"; then echo '{}'; else result "$folder/output" "$folder/errors"; fi
}

while IFS= read -r line; do
  printf '%s\n' "$line" >"$folder/step"
  case $(jq -r .do "$folder/step") in
    start) start ;;
    fetch) fetch ;;
    together) together ;;
    token)
      run '' "$folder/output" "$folder/errors" token
      if [ -s "$folder/output" ]; then jq -Rc '{ token: . }' "$folder/output"; else result "$folder/output" "$folder/errors"; fi
      ;;
    advance)
      echo $(($(cat "$folder/now") + $(jq .seconds "$folder/step"))) >"$folder/now"
      echo '{}'
      ;;
    dump) jq -nc --rawfile errors "$folder/errors" --arg modes "$(ls -lnR "$folder/cache")" '{ dump: [$errors, $modes] }' ;;
  esac
done
# What could be seen from outside, for the one who runs the table.
cat "$folder/arguments" >&2
