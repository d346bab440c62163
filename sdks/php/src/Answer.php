<?php

declare(strict_types=1);

namespace Bindery\Client;

/**
 * An answer of the issuer; its members may hold a token.
 *
 * @internal
 */
final class Answer
{
    public function __construct(
        public readonly int $status,
        public readonly ?string $requestId,
        public readonly ?int $retryAfterSeconds,
        private readonly Secret $body,
    ) {
    }

    /** @return ?array<mixed> the JSON object, or null where the body is none */
    public function json(): ?array
    {
        $value = json_decode($this->body->reveal(), true, 32);
        return is_array($value) ? $value : null;
    }
}
