<?php

declare(strict_types=1);

namespace Bindery\Client;

/**
 * A string that no dump shows.
 *
 * @internal
 */
final class Secret
{
    // In a closure, because var_export() and casts show every property but not the inside of closures.
    private readonly \Closure $reveal;

    public function __construct(#[\SensitiveParameter] string $text)
    {
        $this->reveal = static fn (): string => $text;
    }

    public function reveal(): string
    {
        return ($this->reveal)();
    }

    /** @return array<string, string> */
    public function __debugInfo(): array
    {
        return ['secret' => 'not shown'];
    }

    /** @return array<mixed> */
    public function __serialize(): array
    {
        throw new \LogicException('a secret cannot be serialized');
    }
}
