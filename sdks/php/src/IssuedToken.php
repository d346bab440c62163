<?php

declare(strict_types=1);

namespace Bindery\Client;

/**
 * A token and how long it lives from the moment it was asked for.
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
