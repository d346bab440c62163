<?php

declare(strict_types=1);

namespace Bindery\Client;

/** Where a client caches its token between calls. What is stored is as secret as a token. */
interface TokenCache
{
    /** The value stored under the key, or null. */
    public function get(string $key): ?string;

    public function set(string $key, string $value): void;

    /**
     * Runs the action while holding the key's lock. Without $wait it gives up if the lock is taken.
     *
     * @return bool whether the action ran
     */
    public function exclusively(string $key, bool $wait, callable $action): bool;
}
