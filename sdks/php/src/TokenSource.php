<?php

declare(strict_types=1);

namespace Bindery\Client;

/**
 * Keeps one token for all calls and, with a file cache, for all processes.
 *
 * @internal
 */
final class TokenSource
{
    private const RENEWAL_PAUSE_SECONDS = 10;
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

    /** The token to send. Whoever finds it due renews it; other processes go on with the old one. */
    public function take(): string
    {
        $now = $this->policy->now();
        if (!$this->state->isGood($now) || $this->state->isDue($now)) {
            $this->load();
        }
        $isGood = $this->state->isGood($now);
        if (!$isGood || $this->state->isDue($now)) {
            try {
                $this->cache->exclusively($this->key, !$isGood, $this->renew(...));
            } catch (BinderyClientException $exception) {
                if (!$isGood) {
                    throw $exception;
                }
            }
        }
        return $this->state->accessToken?->reveal() ?? '';
    }

    /** Forgets this very token, which an API has refused; a newer one stays. */
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
        if ($state->isGood($now) && !$state->isDue($now)) {
            // Another process was faster.
            return;
        }
        if ($state->pauseCode !== null && $now < $state->pauseUntil) {
            $seconds = (int) ceil($state->pauseUntil - $now);
            $message = "the issuer wants no request for {$seconds} s";
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
        $this->state->renewalNotBefore = $now + self::RENEWAL_PAUSE_SECONDS;
        $seconds = $exception->retryAfterSeconds;
        $isLong = $seconds !== null && $seconds > Endpoint::RETRY_AFTER_SECONDS_MAX;
        $this->state->pauseCode = $isLong ? $exception->errorCode : null;
        $this->state->pauseStatus = $exception->status;
        $this->state->pauseUntil = $now + min($seconds ?? 0, self::PAUSE_SECONDS_MAX);
    }

    private function load(): void
    {
        $this->state = TokenState::parse($this->cache->get($this->key));
        // Read from a file, it may be from another time; it gets no secret that the options would not send it.
        if ($this->state->tokenUrl !== null && !SafeUrl::isEndpoint($this->state->tokenUrl, $this->policy->issuer)) {
            $this->state = new TokenState();
        }
    }

    private function save(): void
    {
        $this->cache->set($this->key, $this->state->serialize());
    }
}
