<?php

declare(strict_types=1);

namespace Bindery\Client;

/** Keeps tokens in files of mode 0600, for all processes of one user: one token request for all of them. */
final class FileTokenCache implements TokenCache
{
    /** @param string $folder a folder of this user's own; it is made with mode 0700 if it is not there */
    public function __construct(private readonly string $folder)
    {
        if (!is_dir($folder)) {
            @mkdir($folder, 0700, true);
        }
        $stat = @lstat($folder);
        $isFolder = $stat !== false && ($stat['mode'] & 0170000) === 0040000;
        if (!$isFolder || !self::isOurs($stat) || ($stat['mode'] & 0022) !== 0) {
            $message = 'the folder of the token cache must be a folder of this user that nobody else can write to';
            throw new BinderyClientException('configuration_wrong', $message);
        }
    }

    public function get(string $key): ?string
    {
        $file = @fopen("{$this->folder}/{$key}.json", 'rb');
        if ($file === false) {
            return null;
        }
        $stat = fstat($file);
        // A file that others could read or write is not believed.
        $isSafe = $stat !== false && self::isOurs($stat) && ($stat['mode'] & 0077) === 0;
        $text = $isSafe ? stream_get_contents($file) : false;
        fclose($file);
        return $text === false ? null : $text;
    }

    public function set(string $key, #[\SensitiveParameter] string $value): void
    {
        // tempnam() makes it with mode 0600; moved into place whole, so that no reader sees a half.
        $made = @tempnam($this->folder, 'token');
        if ($made === false || dirname($made) !== realpath($this->folder)) {
            throw new BinderyClientException('configuration_wrong', 'the folder of the token cache cannot be written to');
        }
        chmod($made, 0600);
        file_put_contents($made, $value);
        rename($made, "{$this->folder}/{$key}.json");
    }

    public function exclusively(string $key, bool $wait, callable $action): bool
    {
        $path = "{$this->folder}/{$key}.lock";
        $lock = @fopen($path, 'c');
        if ($lock === false) {
            throw new BinderyClientException('configuration_wrong', 'the folder of the token cache cannot be written to');
        }
        try {
            @chmod($path, 0600);
            if (!flock($lock, $wait ? LOCK_EX : LOCK_EX | LOCK_NB)) {
                return false;
            }
            $action();
            return true;
        } finally {
            // Closing gives the lock back; so does the system when the process dies.
            fclose($lock);
        }
    }

    /** @param array<int|string, int> $stat */
    private static function isOurs(array $stat): bool
    {
        return !function_exists('posix_geteuid') || $stat['uid'] === posix_geteuid();
    }
}
