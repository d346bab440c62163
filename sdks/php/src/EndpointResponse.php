<?php

declare(strict_types=1);

namespace Bindery\Client;

/**
 * A response of the issuer; its body may contain a token.
 *
 * @internal
 */
final class EndpointResponse
{
    public function __construct(
        public readonly int $status,
        public readonly ?string $requestId,
        public readonly ?int $retryAfterSeconds,
        private readonly Secret $body,
    ) {
    }

    /** @return ?array<mixed> the JSON object; null if the body is something else */
    public function json(): ?array
    {
        $value = json_decode($this->body->reveal(), true, 32);
        return is_array($value) ? $value : null;
    }
}
