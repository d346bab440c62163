<?php

declare(strict_types=1);

namespace Bindery\Client;

/** Where a client keeps its token between calls. What it stores is as secret as a token. */
interface TokenCache
{
    /** What was stored under the key, or null. */
    public function get(string $key): ?string;

    public function set(string $key, string $value): void;

    /**
     * Runs the action while nobody else does so under the same key. Without $wait it runs only if that is possible at
     * once; returns whether it ran.
     */
    public function exclusively(string $key, bool $wait, callable $action): bool;
}
