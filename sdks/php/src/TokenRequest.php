<?php

declare(strict_types=1);

namespace Bindery\Client;

/**
 * Requests a token; it finds the token endpoint and the secret that works, and stores both in the state.
 *
 * @internal
 */
final class TokenRequest
{
    private const METADATA = 'the metadata endpoint';
    private const TOKEN = 'the token endpoint';
    /** After these failures the endpoint may have moved, so it is looked up again. */
    private const MOVED = ['answer_malformed', 'endpoint_redirects'];

    private readonly Endpoint $endpoint;

    public function __construct(private readonly Policy $policy)
    {
        $this->endpoint = new Endpoint($policy);
    }

    public function send(TokenState $state): IssuedToken
    {
        $tokenUrl = $this->policy->tokenUrl ?? $state->tokenUrl ?? $this->discover();
        $state->tokenUrl = $tokenUrl;
        try {
            return $this->sendWithSecrets($tokenUrl, $state);
        } catch (BinderyClientException $exception) {
            if (in_array($exception->errorCode, self::MOVED, true)) {
                $state->tokenUrl = null;
            }
            throw $exception;
        }
    }

    /** Reads the token endpoint from the issuer's metadata (RFC 8414). */
    private function discover(): string
    {
        $issuer = $this->policy->issuer;
        preg_match('~\A([^/]+//[^/]+)(.*?)/?\z~', $issuer, $parts);
        // RFC 8414 section 3.1: the issuer's path comes after the well-known one.
        $url = "{$parts[1]}/.well-known/oauth-authorization-server{$parts[2]}";
        $response = $this->endpoint->request(self::METADATA, 'GET', $url);
        $metadata = $response->json() ?? [];
        // RFC 8414 section 3.3: exactly the same issuer, otherwise the metadata belong to somebody else.
        if (($metadata['issuer'] ?? null) !== $issuer) {
            throw BinderyClientException::malformed(self::METADATA, 'the metadata of another issuer', $response);
        }
        $tokenUrl = $metadata['token_endpoint'] ?? null;
        if (!is_string($tokenUrl) || !SafeUrl::isEndpoint($tokenUrl, $issuer)) {
            throw BinderyClientException::malformed(self::METADATA, 'an unsafe token endpoint', $response);
        }
        return $tokenUrl;
    }

    private function sendWithSecrets(string $tokenUrl, TokenState $state): IssuedToken
    {
        $first = isset($this->policy->clientSecrets[$state->working]) ? $state->working : 0;
        $refusal = null;
        foreach (array_unique([$first, ...array_keys($this->policy->clientSecrets)]) as $index) {
            try {
                $token = $this->sendWith($tokenUrl, $this->policy->clientSecrets[$index]);
                $state->working = $index;
                return $token;
            } catch (BinderyClientException $exception) {
                if ($exception->errorCode !== 'invalid_client') {
                    throw $exception;
                }
                $refusal ??= $exception;
            }
        }
        throw $refusal;
    }

    private function sendWith(string $tokenUrl, Secret $secret): IssuedToken
    {
        $form = ['grant_type' => 'client_credentials'];
        if ($this->policy->scope !== null) {
            $form['scope'] = $this->policy->scope;
        }
        // RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
        $pair = new Secret(urlencode($this->policy->clientId) . ':' . urlencode($secret->reveal()));
        $basic = new Secret('Basic ' . base64_encode($pair->reveal()));
        $response = $this->endpoint->request(self::TOKEN, 'POST', $tokenUrl, $basic, $form);
        $json = $response->json() ?? [];
        $accessToken = $json['access_token'] ?? null;
        // RFC 6750 section 2.1; anything else could not be sent in the header.
        if (!is_string($accessToken) || preg_match('~\A[A-Za-z0-9._\~+/-]+=*\z~', $accessToken) !== 1) {
            throw BinderyClientException::malformed(self::TOKEN, 'no access token', $response);
        }
        $type = $json['token_type'] ?? null;
        if (!is_string($type) || strtolower($type) !== 'bearer') {
            throw BinderyClientException::malformed(self::TOKEN, 'a token that is not a Bearer token', $response);
        }
        $lifetime = $json['expires_in'] ?? null;
        if (!(is_int($lifetime) || is_float($lifetime)) || $lifetime <= 0 || !is_finite((float) $lifetime)) {
            throw BinderyClientException::malformed(self::TOKEN, 'a token without expires_in', $response);
        }
        return new IssuedToken(new Secret($accessToken), (float) $lifetime);
    }
}
