<?php

declare(strict_types=1);

namespace Bindery\Client;

/**
 * Everything that is cached between calls; times are seconds since the epoch.
 *
 * @internal
 */
final class TokenState
{
    private const MARGIN_SECONDS = 30;

    public ?Secret $accessToken = null;
    public float $requestedAt = 0;
    public float $renewAt = 0;
    public float $expiresAt = 0;
    public float $renewalNotBefore = 0;
    public float $pauseUntil = 0;
    public ?string $pauseCode = null;
    public ?int $pauseStatus = null;
    public ?string $tokenUrl = null;
    /** The index of the secret that worked last. */
    public int $working = 0;

    public static function parse(?string $text): self
    {
        $state = new self();
        $read = $text === null ? null : json_decode($text, true, 4);
        if (!is_array($read)) {
            return $state;
        }
        try {
            foreach ($read as $name => $value) {
                if (property_exists($state, (string) $name)) {
                    $state->{$name} = $name === 'accessToken' && $value !== null ? new Secret($value) : $value;
                }
            }
        } catch (\TypeError) {
            return new self();
        }
        return $state;
    }

    public function serialize(): string
    {
        $shown = get_object_vars($this);
        $shown['accessToken'] = $this->accessToken?->reveal();
        return json_encode($shown, JSON_THROW_ON_ERROR);
    }

    public function isValid(float $now): bool
    {
        // After the clock was set back, the expiry time means nothing.
        return $this->accessToken !== null && $now >= $this->requestedAt && $now < $this->expiresAt;
    }

    public function isDue(float $now): bool
    {
        return $now >= $this->renewAt && $now >= $this->renewalNotBefore;
    }

    /** Renewed after 60 to 90 % of the lifetime, at least 30 s (or half a short lifetime) before it expires. */
    public function hold(IssuedToken $token, float $requestedAt, float $random): void
    {
        $lifetime = $token->lifetimeSeconds;
        $latest = $lifetime - min(self::MARGIN_SECONDS, $lifetime / 2);
        $this->accessToken = $token->accessToken;
        $this->requestedAt = $requestedAt;
        $this->renewAt = $requestedAt + min($lifetime * (0.6 + 0.3 * $random), $latest);
        $this->expiresAt = $requestedAt + $lifetime;
    }
}
