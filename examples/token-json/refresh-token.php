<?php
// Gets the next access token and refresh token of a sign-in with a JSON body, and prints the response.

$payload = json_encode([
    'grant_type' => 'refresh_token',
    'client_id' => getenv('BINDERY_CLIENT_ID'),
    'client_secret' => getenv('BINDERY_CLIENT_SECRET'),
    'refresh_token' => getenv('BINDERY_REFRESH_TOKEN'),
]);

$curl = curl_init();
curl_setopt_array($curl, [
    CURLOPT_URL => getenv('BINDERY_URL') . '/access_token',
    CURLOPT_CUSTOMREQUEST => 'POST',
    CURLOPT_POSTFIELDS => $payload,
    CURLOPT_HTTPHEADER => ['content-type: application/json'],
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_TIMEOUT => 30,
]);
$response = curl_exec($curl);
$status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);

if ($status !== 200) {
    fwrite(STDERR, "no token: $status " . ($response ?: curl_error($curl)) . "\n");
    exit(1);
}
echo $response, "\n";
