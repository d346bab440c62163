<?php

declare(strict_types=1);

namespace Bindery\Client;

/**
 * All that is remembered between calls; times are seconds since the epoch.
 *
 * @internal
 */
final class TokenState
{
    private const MARGIN_SECONDS = 30;

    public ?Secret $accessToken = null;
    public float $askedAt = 0;
    public float $renewAt = 0;
    public float $endsAt = 0;
    public float $renewalNotBefore = 0;
    public float $pauseUntil = 0;
    public ?string $pauseCode = null;
    public ?int $pauseStatus = null;
    public ?string $tokenUrl = null;
    /** Which of the secrets worked last. */
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

    public function isGood(float $now): bool
    {
        // A clock that was set back says nothing about the token's end.
        return $this->accessToken !== null && $now >= $this->askedAt && $now < $this->endsAt;
    }

    public function isDue(float $now): bool
    {
        return $now >= $this->renewAt && $now >= $this->renewalNotBefore;
    }

    /** Renewed at 60 to 90 % of the life, and 30 s before its end at the latest (half the life where it is short). */
    public function hold(IssuedToken $token, float $askedAt, float $random): void
    {
        $lifetime = $token->lifetimeSeconds;
        $latest = $lifetime - min(self::MARGIN_SECONDS, $lifetime / 2);
        $this->accessToken = $token->accessToken;
        $this->askedAt = $askedAt;
        $this->renewAt = $askedAt + min($lifetime * (0.6 + 0.3 * $random), $latest);
        $this->endsAt = $askedAt + $lifetime;
    }
}
