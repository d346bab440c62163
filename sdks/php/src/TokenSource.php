<?php

declare(strict_types=1);

namespace Bindery\Client;

/**
 * Caches one token for all calls and, with a file cache, for all processes.
 *
 * @internal
 */
final class TokenSource
{
    private const RENEWAL_RETRY_SECONDS = 10;
    private const PAUSE_SECONDS_MAX = 300;

    private readonly string $key;
    private readonly TokenRequest $request;
    private TokenState $state;

    public function __construct(private readonly Policy $policy, private readonly TokenCache $cache)
    {
        $this->key = $policy->cacheKey();
        $this->request = new TokenRequest($policy);
        $this->state = new TokenState();
    }

    /** The token to send. The first process that finds it due renews it; the others use the old one meanwhile. */
    public function take(): string
    {
        $now = $this->policy->now();
        if (!$this->state->isValid($now) || $this->state->isDue($now)) {
            $this->load();
        }
        $isValid = $this->state->isValid($now);
        if (!$isValid || $this->state->isDue($now)) {
            try {
                $this->cache->exclusively($this->key, !$isValid, $this->renew(...));
            } catch (BinderyClientException $exception) {
                if (!$isValid) {
                    throw $exception;
                }
            }
        }
        return $this->state->accessToken?->reveal() ?? '';
    }

    /** Discards exactly this token, which an API has refused; a newer one stays. */
    public function drop(#[\SensitiveParameter] string $accessToken): void
    {
        $this->cache->exclusively($this->key, true, function () use ($accessToken): void {
            $this->load();
            if ($this->state->accessToken?->reveal() === $accessToken) {
                $this->state->accessToken = null;
                $this->save();
            }
        });
    }

    private function renew(): void
    {
        $now = $this->policy->now();
        $this->load();
        $state = $this->state;
        if ($state->isValid($now) && !$state->isDue($now)) {
            // Another process was faster.
            return;
        }
        if ($state->pauseCode !== null && $now < $state->pauseUntil) {
            $seconds = (int) ceil($state->pauseUntil - $now);
            $message = "the issuer asked for no requests for another {$seconds} s";
            throw new BinderyClientException($state->pauseCode, $message, $state->pauseStatus, null, $seconds);
        }
        try {
            $state->hold($this->request->send($state), $now, $this->policy->random());
            $state->pauseCode = null;
        } catch (BinderyClientException $exception) {
            $this->remember($exception);
            throw $exception;
        } finally {
            $this->save();
        }
    }

    private function remember(BinderyClientException $exception): void
    {
        $now = $this->policy->now();
        $this->state->renewalNotBefore = $now + self::RENEWAL_RETRY_SECONDS;
        $seconds = $exception->retryAfterSeconds;
        $isLong = $seconds !== null && $seconds > Endpoint::RETRY_AFTER_SECONDS_MAX;
        $this->state->pauseCode = $isLong ? $exception->errorCode : null;
        $this->state->pauseStatus = $exception->status;
        $this->state->pauseUntil = $now + min($seconds ?? 0, self::PAUSE_SECONDS_MAX);
    }

    private function load(): void
    {
        $this->state = TokenState::parse($this->cache->get($this->key));
        // A cached endpoint may be outdated: the secret is sent to it only if the options would allow that.
        if ($this->state->tokenUrl !== null && !SafeUrl::isEndpoint($this->state->tokenUrl, $this->policy->issuer)) {
            $this->state = new TokenState();
        }
    }

    private function save(): void
    {
        $this->cache->set($this->key, $this->state->serialize());
    }
}
