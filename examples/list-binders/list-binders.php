<?php
// Gets an access token and lists the organization's binders.

function requestJson(string $url, array $options): array
{
    $curl = curl_init($url);
    curl_setopt_array($curl, $options + [CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 30]);
    $response = curl_exec($curl);
    $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    if ($status !== 200) {
        fwrite(STDERR, "$url responded with $status: " . ($response ?: curl_error($curl)) . "\n");
        exit(1);
    }
    return json_decode($response, true, flags: JSON_THROW_ON_ERROR);
}

// Cache the token for expires_in seconds; do not get one for every call.
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
