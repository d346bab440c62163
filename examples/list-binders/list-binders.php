<?php
// Gets an access token and lists the organization's binders.

function requestJson(string $url, array $options): array
{
    $curl = curl_init($url);
    curl_setopt_array($curl, $options + [CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 30]);
    $answer = curl_exec($curl);
    $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    if ($status !== 200) {
        fwrite(STDERR, "$url answered $status: " . ($answer ?: curl_error($curl)) . "\n");
        exit(1);
    }
    return json_decode($answer, true, flags: JSON_THROW_ON_ERROR);
}

// Keep the token for its expires_in seconds; do not ask for one before each call.
$token = requestJson(getenv('BINDERY_URL') . '/connect/token', [
    CURLOPT_POSTFIELDS => http_build_query([
        'grant_type' => 'client_credentials',
        'client_id' => getenv('BINDERY_CLIENT_ID'),
        'client_secret' => getenv('BINDERY_CLIENT_SECRET'),
        'scope' => 'public',
    ]),
]);

$binders = requestJson(getenv('BINDERY_API_URL') . '/api/binders', [
    CURLOPT_HTTPHEADER => [
        'Authorization: Bearer ' . $token['access_token'],
        'x-tenant-id: ' . getenv('BINDERY_ORGANIZATION_ID'),
    ],
]);
echo json_encode($binders, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE), "\n";
