<?php
// Keeps an access token until shortly before it ends, and renews it once when a call is refused with 401.

final class Api
{
    private ?string $token = null;
    private int $ends = 0;

    public function get(string $path): array
    {
        [$status, $answer] = $this->call($path);
        if ($status === 401) {
            // The token ended early: one new token, one more attempt.
            $this->token = null;
            [$status, $answer] = $this->call($path);
        }
        return readJson($path, $status, $answer);
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
        if ($this->token === null || time() >= $this->ends) {
            $url = getenv('BINDERY_URL') . '/connect/token';
            $answer = readJson($url, ...send($url, [
                CURLOPT_POSTFIELDS => http_build_query([
                    'grant_type' => 'client_credentials',
                    'client_id' => getenv('BINDERY_CLIENT_ID'),
                    'client_secret' => getenv('BINDERY_CLIENT_SECRET'),
                ]),
            ]));
            $this->token = $answer['access_token'];
            $this->ends = time() + $answer['expires_in'] - 30;
        }
        return $this->token;
    }
}

function send(string $url, array $options): array
{
    $curl = curl_init($url);
    curl_setopt_array($curl, $options + [CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 30]);
    $answer = curl_exec($curl);
    return [curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $answer === false ? curl_error($curl) : $answer];
}

function readJson(string $url, int $status, string $answer): array
{
    if ($status !== 200) {
        fwrite(STDERR, "$url answered $status: $answer\n");
        exit(1);
    }
    return json_decode($answer, true, flags: JSON_THROW_ON_ERROR);
}

$api = new Api();
// One token serves both calls.
$api->get('/api/binders');
$binders = $api->get('/api/binders');
echo json_encode($binders, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE), "\n";
