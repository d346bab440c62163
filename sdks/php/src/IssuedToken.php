<?php

declare(strict_types=1);

namespace Bindery\Client;

/**
 * A token and its lifetime from the moment it was requested.
 *
 * @internal
 */
final class IssuedToken
{
    public function __construct(
        public readonly Secret $accessToken,
        public readonly float $lifetimeSeconds,
    ) {
    }
}
