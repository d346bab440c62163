<?php

declare(strict_types=1);

namespace Bindery\Client;

/**
 * The URLs that secrets and tokens may be sent to.
 *
 * @internal
 */
final class SafeUrl
{
    // Strict on purpose: where URL parsers disagree, a secret could go to another host than the one checked here.
    private const WHOLE = '~\A(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?(?:[/?#][^\x00-\x20\x7f\\\\]*)?\z~i';
    private const LOOPBACK = '~\A(?:localhost|\[::1\]|127(?:\.[0-9]{1,3}){3})\z~i';

    /** Whether it is https, or http on loopback. */
    public static function isSafe(string $url): bool
    {
        return preg_match(self::WHOLE, $url, $parts) === 1
            && (strtolower($parts[1]) === 'https' || self::isLoopback($url));
    }

    /** Whether the URL's host is loopback, judged by its spelling: no name is resolved. */
    public static function isLoopback(string $url): bool
    {
        return preg_match(self::WHOLE, $url, $parts) === 1 && preg_match(self::LOOPBACK, $parts[2]) === 1;
    }

    /** Whether the secret may be sent to it: as safe as the issuer's own URL. */
    public static function isEndpoint(mixed $url, string $issuer): bool
    {
        return is_string($url)
            && self::isSafe($url)
            && !str_contains($url, '#')
            && (!self::isPlain($url) || self::isLoopback($issuer));
    }

    public static function isPlain(string $url): bool
    {
        return strncasecmp($url, 'http:', 5) === 0;
    }
}
