<?php

declare(strict_types=1);

namespace Bindery\Client;

/**
 * Asks for a token; it finds the endpoint and the secret that works, and writes both into the state.
 *
 * @internal
 */
final class TokenRequest
{
    private const METADATA = 'the metadata endpoint';
    private const TOKEN = 'the token endpoint';
    /** Failures after which the endpoint may have moved. */
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

    /** Asks the issuer's metadata where its token endpoint is (RFC 8414). */
    private function discover(): string
    {
        $issuer = $this->policy->issuer;
        preg_match('~\A([^/]+//[^/]+)(.*?)/?\z~', $issuer, $parts);
        // RFC 8414 section 3.1: the path of the issuer stands behind the well-known one.
        $answer = $this->endpoint->ask(self::METADATA, 'GET', "{$parts[1]}/.well-known/oauth-authorization-server{$parts[2]}");
        $metadata = $answer->json() ?? [];
        // RFC 8414 section 3.3: the very same issuer, or the metadata are somebody else's.
        if (($metadata['issuer'] ?? null) !== $issuer) {
            throw BinderyClientException::malformed(self::METADATA, 'with the metadata of another issuer', $answer);
        }
        $tokenUrl = $metadata['token_endpoint'] ?? null;
        if (!is_string($tokenUrl) || !SafeUrl::isEndpoint($tokenUrl, $issuer)) {
            throw BinderyClientException::malformed(self::METADATA, 'with a token endpoint that is not safe', $answer);
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
        $answer = $this->endpoint->ask(self::TOKEN, 'POST', $tokenUrl, $basic, $form);
        $json = $answer->json() ?? [];
        $accessToken = $json['access_token'] ?? null;
        // RFC 6750 section 2.1; anything else would not survive the header.
        if (!is_string($accessToken) || preg_match('~\A[A-Za-z0-9._\~+/-]+=*\z~', $accessToken) !== 1) {
            throw BinderyClientException::malformed(self::TOKEN, 'without a token', $answer);
        }
        $type = $json['token_type'] ?? null;
        if (!is_string($type) || strtolower($type) !== 'bearer') {
            throw BinderyClientException::malformed(self::TOKEN, 'with a token of another type than Bearer', $answer);
        }
        $lifetime = $json['expires_in'] ?? null;
        if (!(is_int($lifetime) || is_float($lifetime)) || $lifetime <= 0 || !is_finite((float) $lifetime)) {
            throw BinderyClientException::malformed(self::TOKEN, 'without the lifetime of its token', $answer);
        }
        return new IssuedToken(new Secret($accessToken), (float) $lifetime);
    }
}
