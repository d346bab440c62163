<?php

declare(strict_types=1);

namespace Bindery\Client;

/** Keeps the token for as long as the process, or the request of a web server, lives. */
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
