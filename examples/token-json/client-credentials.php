<?php
// Gets an access token with a JSON body, and prints the response.

$payload = json_encode([
    'grant_type' => 'client_credentials',
    'client_id' => getenv('BINDERY_CLIENT_ID'),
    'client_secret' => getenv('BINDERY_CLIENT_SECRET'),
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
