<?php

declare(strict_types=1);

namespace Bindery\Client;

/** Caches tokens in files of mode 0600, for all processes of one user: one token request serves all of them. */
final class FileTokenCache implements TokenCache
{
    /**
     * @param string $folder a folder that only this user can write to; created with mode 0700 if it does not exist
     *
     * @throws BinderyClientException configuration_wrong if others can write to it
     */
    public function __construct(private readonly string $folder)
    {
        if (!is_dir($folder)) {
            @mkdir($folder, 0700, true);
        }
        $stat = @lstat($folder);
        $isFolder = $stat !== false && ($stat['mode'] & 0170000) === 0040000;
        if (!$isFolder || !self::isOwn($stat) || ($stat['mode'] & 0022) !== 0) {
            $message = 'the folder of the token cache must belong to this user and be writable by nobody else';
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
        // A file that others can read or write is not trusted.
        $isSafe = $stat !== false && self::isOwn($stat) && ($stat['mode'] & 0077) === 0;
        $text = $isSafe ? stream_get_contents($file) : false;
        fclose($file);
        return $text === false ? null : $text;
    }

    public function set(string $key, #[\SensitiveParameter] string $value): void
    {
        // tempnam() creates it with mode 0600; the rename is atomic, so no reader sees a half-written file.
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
            // Closing the file releases the lock; so does the system when the process dies.
            fclose($lock);
        }
    }

    /** @param array<int|string, int> $stat */
    private static function isOwn(array $stat): bool
    {
        return !function_exists('posix_geteuid') || $stat['uid'] === posix_geteuid();
    }
}
