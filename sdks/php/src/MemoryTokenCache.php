<?php

declare(strict_types=1);

namespace Bindery\Client;

/** Caches the token for the life of the process, or of the web server's request. */
final class MemoryTokenCache implements TokenCache
{
    /** @var array<string, Secret> */
    private array $values = [];

    public function get(string $key): ?string
    {
        return isset($this->values[$key]) ? $this->values[$key]->reveal() : null;
    }

    public function set(string $key, #[\SensitiveParameter] string $value): void
    {
        $this->values[$key] = new Secret($value);
    }

    public function exclusively(string $key, bool $wait, callable $action): bool
    {
        $action();
        return true;
    }
}
