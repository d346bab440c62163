<?php
// Caches an access token until shortly before it expires, and gets a new one after a 401.

final class Api
{
    private ?string $token = null;
    private int $expiresAt = 0;

    public function get(string $path): array
    {
        [$status, $response] = $this->call($path);
        if ($status === 401) {
            // The token was revoked early: get a new one and try once more.
            $this->token = null;
            [$status, $response] = $this->call($path);
        }
        return readJson($path, $status, $response);
    }

    private function call(string $path): array
    {
        return send(getenv('BINDERY_API_URL') . $path, [
            CURLOPT_HTTPHEADER => [
                'Authorization: Bearer ' . $this->token(),
                'x-tenant-id: ' . getenv('BINDERY_ORGANIZATION_ID'),
            ],
        ]);
    }

    private function token(): string
    {
        if ($this->token === null || time() >= $this->expiresAt) {
            $url = getenv('BINDERY_URL') . '/connect/token';
            $response = readJson($url, ...send($url, [
                CURLOPT_POSTFIELDS => http_build_query([
                    'grant_type' => 'client_credentials',
                    'client_id' => getenv('BINDERY_CLIENT_ID'),
                    'client_secret' => getenv('BINDERY_CLIENT_SECRET'),
                ]),
            ]));
            $this->token = $response['access_token'];
            $this->expiresAt = time() + $response['expires_in'] - 30;
        }
        return $this->token;
    }
}

function send(string $url, array $options): array
{
    $curl = curl_init($url);
    curl_setopt_array($curl, $options + [CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 30]);
    $response = curl_exec($curl);
    return [curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $response === false ? curl_error($curl) : $response];
}

function readJson(string $url, int $status, string $response): array
{
    if ($status !== 200) {
        fwrite(STDERR, "$url responded with $status: $response\n");
        exit(1);
    }
    return json_decode($response, true, flags: JSON_THROW_ON_ERROR);
}

$api = new Api();
// Both calls use the same token.
$api->get('/api/binders');
$binders = $api->get('/api/binders');
echo json_encode($binders, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE), "\n";
